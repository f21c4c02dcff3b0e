//! What the kernel counts of a process: CPU and memory.

use std::fs;
use std::process::Child;
use std::time::Duration;

/// A server that ends with this.
pub struct Process(Child);

impl Process {
    pub fn new(child: Child) -> Self {
        Self(child)
    }

    /// Its process and those that it started: nginx's workers are children of the one that was.
    fn pids(&self) -> Vec<u32> {
        let pid = self.0.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        std::iter::once(pid).chain(children.split_whitespace().filter_map(|pid| pid.parse().ok())).collect()
    }

    /// CPU time of all threads so far.
    pub fn cpu(&self) -> Duration {
        let threads =
            self.pids().into_iter().flat_map(|pid| fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten());
        threads
            .flatten()
            .filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok())
            .filter_map(|stat| stat.split(' ').next()?.parse().ok())
            .map(Duration::from_nanos)
            .sum()
    }

    /// Resident memory now and at most, in megabytes.
    pub fn memory(&self) -> (u64, u64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<u64>().ok()
        };
        let megabytes = |name| field(name).unwrap_or_default() / 1024;
        (megabytes("VmRSS:"), megabytes("VmHWM:"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // nginx takes its workers along when it is asked to end, not when it is killed.
        let pid = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(pid) = pid {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.0.wait();
    }
}
