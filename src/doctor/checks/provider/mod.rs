//! Asks each provider: is it there, does it take the key, has it the endpoint and the models.

mod asked;
mod certificate;
mod compared;
mod proxied;
mod refusal;
mod trial;

use crate::doctor::{Check, Finding, World};

use asked::Asked;

pub const CHECK: Check = Check {
    id: "provider",
    about: "whether providers answer, take the key, and have the model",
    is_online: true,
    look,
};

fn look(world: &World) -> Vec<Finding> {
    let all = Asked::all(world);
    let mut findings: Vec<Finding> = std::thread::scope(|scope| {
        let asked: Vec<_> = all.iter().map(|asked| scope.spawn(|| trial::run(asked, world.since))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok()).flatten().collect()
    });
    // A wrong clock is seen at every provider.
    let mut clock_is_told = false;
    findings.retain(|finding| finding.id != refusal::CLOCK || !std::mem::replace(&mut clock_is_told, true));
    findings
}
