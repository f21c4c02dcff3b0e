//! What the kernel counts of a process: CPU and memory.

use std::fs;
use std::process::Child;
use std::time::Duration;

/// A server that ends with this.
pub struct Process {
    child: Child,
    /// Those that do the work: nginx's is a child of the one that was started.
    pids: Vec<u32>,
}

impl Process {
    pub fn new(child: Child) -> Self {
        Self { pids: vec![child.id()], child }
    }

    /// Counts the children too, as far as there are any by now.
    pub fn with_children(mut self) -> Self {
        let pid = self.child.id();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
        self.pids.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        self
    }

    /// CPU time of all threads so far.
    pub fn cpu(&self) -> Duration {
        let threads = self.pids.iter().flat_map(|pid| fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten());
        threads
            .flatten()
            .filter_map(|thread| fs::read_to_string(thread.path().join("schedstat")).ok())
            .filter_map(|stat| stat.split(' ').next()?.parse().ok())
            .map(Duration::from_nanos)
            .sum()
    }

    /// Resident memory now and at most, in megabytes.
    pub fn memory(&self) -> (u64, u64) {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
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
        for pid in self.pids.iter().rev() {
            // nginx's master takes its worker along when it is asked to end, not when it is killed.
            let Some(pid) = i32::try_from(*pid).ok().and_then(rustix::process::Pid::from_raw) else { continue };
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.child.wait();
    }
}
