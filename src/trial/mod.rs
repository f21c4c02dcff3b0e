//! Tries whether a model can carry Codex: whether it calls tools, follows their results and keeps to Codex's patch format.
//!
//! The questions go the gateway's own way ([`Errand`]), so that one set of them fits every wire, and what is measured is
//! what Codex would get. What the answers mean is decided by pure functions.

mod patch;
mod question;
mod reply;
mod verdict;

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::catalog::ModelFacts;
use crate::error::{Error, Result};
use crate::gateway::Errand;

use question::Questions;
use reply::Reply;
use verdict::WRONG_CALL;
pub use verdict::{Finding, Speed, Trial, Verdict, learned};

/// Longest time for one answer: a model on the person's own machine may have to be loaded first.
const WITHIN: Duration = Duration::from_secs(90);
/// How often a model may try again what it failed at.
const TRIES: u32 = 2;

/// What was found out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Provider id.
    pub provider: String,
    /// The provider's own name of the model.
    pub model: String,
    /// Whether it can carry Codex.
    pub verdict: Verdict,
    /// What stands in the way, or limits it.
    pub because: Vec<String>,
    /// Trial by trial.
    pub findings: Vec<Finding>,
    /// How fast it is.
    pub speed: Speed,
    /// What all of it took.
    pub spent: Spent,
}

/// What the questions and answers took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Spent {
    /// Requests that went out.
    pub requests: u32,
    /// Tokens that went in.
    pub input: u64,
    /// Tokens that came out.
    pub output: u64,
    /// What they cost in US dollars, where the price is known.
    pub dollars: Option<f64>,
}

/// Puts a model to the test; tells beforehand what is being tried.
///
/// # Errors
/// When the provider cannot be asked at all: the key, the network, an unknown model.
pub async fn examine(
    errand: &Errand,
    provider: &str,
    model: &str,
    facts: &ModelFacts,
    tell: impl Fn(&str),
) -> Result<Report> {
    let questions = Questions::new(provider, model, facts);
    let mut examiner = Examiner { errand, provider, questions, facts, spent: Spent::default(), tell };
    let findings = examiner.trials().await?;
    let speed = if findings[0].passed { examiner.speed().await } else { Speed::default() };
    let (verdict, because) = verdict::judge(&findings, speed, facts);
    let spent = examiner.spent;
    Ok(Report { provider: provider.to_owned(), model: model.to_owned(), verdict, because, findings, speed, spent })
}

impl Report {
    /// The same, judged by what has come to be known of the model meanwhile.
    #[must_use]
    pub fn with_facts(self, facts: &ModelFacts) -> Self {
        let (verdict, because) = verdict::judge(&self.findings, self.speed, facts);
        Self { verdict, because, ..self }
    }
}

struct Examiner<'a, F> {
    errand: &'a Errand,
    provider: &'a str,
    questions: Questions<'a>,
    facts: &'a ModelFacts,
    spent: Spent,
    tell: F,
}

impl<F: Fn(&str)> Examiner<'_, F> {
    async fn trials(&mut self) -> Result<Vec<Finding>> {
        let (first, reply) = self.tried(Trial::Call, &self.questions.call(), called).await?;
        if reply.is_in_the_way() {
            return Err(in_the_way(self.provider, &reply));
        }
        let mut findings = vec![first];
        if findings[0].passed {
            for (trial, question, judge) in [
                (Trial::Follow, self.questions.follow(&reply), followed as Judge),
                (Trial::Parallel, self.questions.parallel(), in_parallel),
                (Trial::Patch, self.questions.patch(), patched),
                (Trial::Image, self.questions.image(), seen),
            ] {
                findings.push(self.tried(trial, &question, judge).await?.0);
            }
        }
        Ok(findings)
    }

    /// Asks until the model has done it, or tried often enough.
    async fn tried(&mut self, trial: Trial, question: &Value, judge: Judge) -> Result<(Finding, Reply)> {
        (self.tell)(trial.about());
        let mut tries = 0;
        loop {
            tries += 1;
            let reply = self.ask(question).await;
            if reply.is_exhausted() {
                return Err(in_the_way(self.provider, &reply));
            }
            let finding = Finding { tries, ..judged(trial, &reply, judge) };
            if finding.passed || reply.refused.is_some() || reply.cut || tries == TRIES {
                return Ok((finding, reply));
            }
        }
    }

    async fn speed(&mut self) -> Speed {
        (self.tell)("how fast it is");
        let reply = self.ask(&self.questions.count()).await;
        Speed { first_token: reply.first.map(|time| time.as_secs_f64()), tokens_per_second: reply.speed() }
    }

    async fn ask(&mut self, question: &Value) -> Reply {
        let reply = Reply::read(&self.errand.ask(question, WITHIN).await);
        let (input, cached, output) = reply.usage;
        self.spent.requests += 1;
        self.spent.input += input;
        self.spent.output += output;
        let cost = self.facts.price.as_ref().map(|price| price.of(input, cached, output));
        self.spent.dollars = cost.map(|cost| cost + self.spent.dollars.unwrap_or_default());
        reply
    }
}

/// Says what is wrong with an answer.
type Judge = fn(&Reply) -> Result<(), String>;

fn judged(trial: Trial, reply: &Reply, judge: Judge) -> Finding {
    let saw = match &reply.trouble {
        Some(trouble) => Some(trouble.clone()),
        None => judge(reply).err(),
    };
    Finding { trial, passed: saw.is_none(), tries: 1, saw }
}

fn called(reply: &Reply) -> Result<(), String> {
    let mut calls = reply.calls(question::SHELL).peekable();
    if calls.peek().is_none() {
        return Err(format!("it called no tool, it said: {}", quoted(&reply.text())));
    }
    let names_the_file = |call: Value| call["cmd"].as_str().is_some_and(|cmd| cmd.contains(question::COLOUR_FILE));
    if calls.any(names_the_file) { Ok(()) } else { Err(WRONG_CALL.to_owned()) }
}

fn followed(reply: &Reply) -> Result<(), String> {
    let text = reply.text();
    if text.to_lowercase().contains(question::COLOUR) {
        return Ok(());
    }
    Err(if reply.calls(question::SHELL).next().is_some() {
        "it made the same call again".to_owned()
    } else {
        format!("it did not say what the tool had told it, it said: {}", quoted(&text))
    })
}

fn in_parallel(reply: &Reply) -> Result<(), String> {
    let commands: Vec<Value> = reply.calls(question::SHELL).collect();
    let has = |file: &&str| commands.iter().any(|call| call["cmd"].as_str().is_some_and(|cmd| cmd.contains(file)));
    match commands.len() {
        0 | 1 => Err(format!("it made {} of three calls", commands.len())),
        _ if question::FILES.iter().all(has) => Ok(()),
        _ => Err("its calls leave out a file".to_owned()),
    }
}

fn patched(reply: &Reply) -> Result<(), String> {
    let patch = reply.freeform(question::PATCH).ok_or_else(|| "it did not call `apply_patch`".to_owned())?;
    patch::check(patch, question::EDITED_FILE, question::BEFORE, question::AFTER)
}

fn seen(reply: &Reply) -> Result<(), String> {
    let text = reply.text();
    let is_seen = text.to_lowercase().contains(question::PICTURED);
    if is_seen { Ok(()) } else { Err(format!("it took a red picture for: {}", quoted(&text))) }
}

/// Words of a model, fit to be shown.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: String = plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST).collect();
    if words.is_empty() { "nothing".to_owned() } else { format!("\"{words}\"") }
}

/// What the provider said as an error: its words, and the hints that came with them.
fn in_the_way(provider: &str, reply: &Reply) -> Error {
    let words = reply.trouble.clone().unwrap_or_default();
    let error = Error::upstream(format!("`{provider}` could not be asked")).cause(words);
    let error = reply.hints.iter().fold(error, Error::hint);
    if reply.hints.is_empty() { error.hint(format!("find out why: `codexgw doctor {provider}`")) } else { error }
}

#[cfg(test)]
mod tests;
