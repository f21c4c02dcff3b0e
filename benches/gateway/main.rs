//! What the gateway adds to a model's answer: time to the first event, CPU, memory.
//!
//! `cargo bench --bench gateway` asks a scripted upstream directly, through nginx, which does nothing but pass bytes,
//! and through the gateway, the three in turn within each round. Without nginx on the machine its column stays empty.
//! Figures hold for one machine and one run; the ratios are the point.

mod client;
mod nginx;
mod process;
mod route;
mod under_test;
mod upstream;

use std::io;
use std::time::{Duration, Instant};

use client::Client;
use nginx::Nginx;
use process::Process;
use route::Route;
use under_test::UnderTest;

/// What is asked for at once, where a crowd is measured.
const CROWD: usize = 32;

fn main() -> io::Result<()> {
    // `cargo bench` hands on flags that only criterion knows.
    let upstream = upstream::start()?;
    let nginx = Nginx::start(upstream)?;
    let (gateway, cold) = UnderTest::start(upstream)?;
    println!("cold start to the first answer: {:.1} ms", millis(cold));
    println!("memory idle: {} MB", gateway.process.memory().0);
    let mut routes = vec![Route::direct(upstream)];
    routes.extend(nginx.as_ref().map(|nginx| Route::nginx(nginx.address)));
    let plain = routes.len();
    routes.extend(["chat", "messages", "gemini", "responses"].map(|wire| Route::gateway(&gateway, wire)));

    first_event(&routes)?;
    crowd(&routes[1..=plain], nginx.as_ref().map(|nginx| &nginx.process), &gateway.process)?;
    long_stream(&routes[1..=plain], nginx.as_ref().map(|nginx| &nginx.process), &gateway.process)?;
    memory(&routes[plain], &gateway.process)
}

/// Time from the last byte of the request to the first words of the answer, less that of asking directly.
fn first_event(routes: &[Route]) -> io::Result<()> {
    for (name, size, rounds) in [("30 KB", 30_000, 400), ("1 MB", 1_000_000, 60), ("8 MB", 8_000_000, 15)] {
        let mut asked: Vec<(Client, Vec<u8>, Vec<Duration>)> = routes
            .iter()
            .map(|route| Ok((Client::connect(route)?, route.request(size, 1), Vec::new())))
            .collect::<io::Result<_>>()?;
        for round in 0..rounds + 3 {
            for (client, request, times) in &mut asked {
                let first = client.ask(request)?;
                if round >= 3 {
                    times.push(first);
                }
            }
        }
        let direct = asked[0].2.clone();
        println!(
            "\nadded to the first event, {name} ({rounds} rounds; direct {:.0} µs)",
            micros(quantile(direct.clone(), 50))
        );
        for (route, (_, _, times)) in routes.iter().zip(asked).skip(1) {
            let added = |percent| micros(quantile(times.clone(), percent).saturating_sub(quantile(direct.clone(), 50)));
            println!("  {:<20} p50 {:>7.0} µs   p99 {:>7.0} µs", route.name, added(50), added(99));
        }
    }
    Ok(())
}

/// CPU and number of streams of 20 events, many at once.
fn crowd(routes: &[Route], nginx: Option<&Process>, gateway: &Process) -> io::Result<()> {
    const EACH: usize = 100;
    println!("\n{} streams of 20 events, {CROWD} at once", CROWD * EACH);
    for (route, process) in paired(routes, nginx, gateway) {
        let before = process.cpu();
        let started = Instant::now();
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..CROWD)
                .map(|_| {
                    scope.spawn(|| {
                        let mut client = Client::connect(route)?;
                        let request = route.request(2000, 20);
                        (0..EACH).try_for_each(|_| client.ask(&request).map(|_| ()))
                    })
                })
                .collect();
            all.into_iter().try_for_each(|one| one.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
        })?;
        let cpu = process.cpu().saturating_sub(before).as_secs_f64() / count(CROWD * EACH);
        let rate = count(CROWD * EACH) / started.elapsed().as_secs_f64();
        println!("  {:<20} {:>7.0} µs of CPU each   {rate:>7.0} a second", route.name, cpu * 1e6);
    }
    Ok(())
}

/// CPU of a million events in one stream.
fn long_stream(routes: &[Route], nginx: Option<&Process>, gateway: &Process) -> io::Result<()> {
    println!("\na million events in one stream");
    for (route, process) in paired(routes, nginx, gateway) {
        let before = process.cpu();
        Client::connect(route)?.ask(&route.request(2000, 1_000_000))?;
        println!("  {:<20} {:>7.2} s of CPU", route.name, process.cpu().saturating_sub(before).as_secs_f64());
    }
    Ok(())
}

/// Memory of the gateway with many large bodies at once, and after.
fn memory(route: &Route, gateway: &Process) -> io::Result<()> {
    const AT_ONCE: usize = 128;
    let request = route.request(8_000_000, 1);
    std::thread::scope(|scope| {
        let all: Vec<_> =
            (0..AT_ONCE).map(|_| scope.spawn(|| Client::connect(route)?.ask(&request).map(|_| ()))).collect();
        all.into_iter().try_for_each(|one| one.join().unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
    })?;
    let (now, most) = gateway.memory();
    println!("\nmemory with {AT_ONCE} bodies of 8 MB at once: {most} MB, after: {now} MB");
    Ok(())
}

/// Each route with the process that serves it.
fn paired<'a>(
    routes: &'a [Route],
    nginx: Option<&'a Process>,
    gateway: &'a Process,
) -> impl Iterator<Item = (&'a Route, &'a Process)> {
    routes.iter().zip(nginx.into_iter().chain([gateway]))
}

fn quantile(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort();
    times.get((times.len() * percent / 100).min(times.len() - 1)).copied().unwrap_or_default()
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::MAX, f64::from)
}
