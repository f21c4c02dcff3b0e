//! Asks each provider: is it there, does it take the key, has it the endpoint and the models. The one in use is asked one
//! short real question, too.

mod asked;
mod certificate;
mod compared;
mod proxied;
mod question;
mod refusal;
mod trial;

use crate::doctor::{Check, Finding, World};

use asked::Asked;
use question::InUse;

pub const CHECK: Check = Check {
    id: "provider",
    about: "whether providers answer, take the key, and have the model; asks the one in use one short question",
    is_online: true,
    look,
};

fn look(world: &World) -> Vec<Finding> {
    let all = Asked::all(world);
    let in_use = InUse::of(world);
    let mut findings: Vec<Finding> = std::thread::scope(|scope| {
        let try_one = |asked| -> Vec<Finding> {
            let model = in_use.as_ref().and_then(|in_use| in_use.model_of(asked));
            let (findings, question) = trial::run(asked, model, world.since);
            if let Some(question) = question {
                // One is in use, so that nobody was before.
                let _ = world.question.set(question);
            }
            // A server of yesterday may rest, where nobody has chosen it.
            let is_idle = asked.table.is_some() && !world.is_used(asked.id);
            let rests = |finding: &Finding| is_idle && refusal::RESTS.contains(&finding.id);
            findings.into_iter().map(|finding| if rests(&finding) { finding.only_noted() } else { finding }).collect()
        };
        let asked: Vec<_> = all.iter().map(|asked| scope.spawn(move || try_one(asked))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok()).flatten().collect()
    });
    // A wrong clock is seen at every provider.
    let mut clock_is_told = false;
    findings.retain(|finding| finding.id != refusal::CLOCK || !std::mem::replace(&mut clock_is_told, true));
    findings
}
