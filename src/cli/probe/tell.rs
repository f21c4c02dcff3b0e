//! A survey as a person reads it.

use crate::probe::{Subject, Survey, Topic, Verdict, WireSurvey};
use crate::settings::Road;
use crate::ui;

use super::super::list::label;

/// Tells all of it.
pub fn survey(subject: &Subject, survey: &Survey) {
    ui::line(format!("{}  {}", subject.name, survey.base_url));
    for (what, said) in [
        ("connection", connection(survey)),
        ("proxy", proxy(survey)),
        ("key", key(subject, survey)),
        ("models", models(survey)),
    ] {
        line(what, &said);
    }
    let speaking: Vec<&WireSurvey> = survey.wires.iter().filter(|wire| wire.absent.is_none()).collect();
    if !speaking.is_empty() {
        ui::line("");
        ui::line(table(&speaking));
        ui::line("");
    }
    for wire in &survey.wires {
        match wire.absence() {
            Some(why) => line(&label(&wire.wire), &format!("no: {why}")),
            None => reasons(wire),
        }
    }
    line("quirks", &quirks(survey));
    for lost in &survey.lost {
        line("lost", &lost.what);
    }
    let spent = &survey.spent;
    let requests = ui::plural(usize::try_from(spent.requests).unwrap_or_default(), "request");
    let least = if spent.untold > 0 { "at least " } else { "" };
    line("spent", &format!("{requests}, {least}{} tokens in, {} out", spent.input, spent.output));
    if let Some(decision) = &survey.decision {
        let road = match decision.road {
            Road::Direct => "directly",
            Road::Gateway => "through the gateway",
        };
        ui::line(format!("\nuse it {road}, with `{}`: {}", label(&decision.wire), decision.why));
    }
    for problem in &survey.problems {
        ui::warn(&problem.what, problem.hint.as_deref());
    }
}

fn line(what: &str, said: &str) {
    if !said.is_empty() {
        ui::line(format!("  {what:<12} {said}"));
    }
}

fn connection(survey: &Survey) -> String {
    let network = &survey.network;
    let Some(ms) = network.first_answer_ms else { return String::new() };
    let tls = if network.tls { "encrypted, its certificate is trusted" } else { "not encrypted" };
    let http = network.http.as_deref().map(|http| format!(", {http}")).unwrap_or_default();
    format!("{tls}{http}, first answer after {ms} ms")
}

fn proxy(survey: &Survey) -> String {
    match (&survey.network.proxy, survey.network.variable) {
        (Some(proxy), Some(variable)) => format!("{proxy} (`{variable}`)"),
        (Some(proxy), None) => format!("{proxy} (of the system)"),
        (None, _) => "none".to_owned(),
    }
}

fn key(subject: &Subject, survey: &Survey) -> String {
    match survey.key_form {
        Some(form) => format!("taken in the header `{}`", form.header()),
        None if subject.key.is_none() => "none was sent".to_owned(),
        None => String::new(),
    }
}

fn models(survey: &Survey) -> String {
    let Some(model) = &survey.model else { return String::new() };
    let model = ui::plain(model, 80);
    let count = survey.models.map_or_else(|| "no list".to_owned(), |count| format!("{count} listed"));
    match survey.is_listed {
        Some(false) => format!("{count}; asked was `{model}`, which is not among them"),
        _ => format!("{count}; asked was `{model}`"),
    }
}

fn table(wires: &[&WireSurvey]) -> String {
    let names: Vec<String> = wires.iter().map(|wire| label(&wire.wire).to_uppercase()).collect();
    let header: Vec<&str> = [""].into_iter().chain(names.iter().map(String::as_str)).collect();
    let of_topic = |topic: Topic| {
        let cells = wires.iter().map(|wire| cell(wire.ability(topic).map(|ability| ability.verdict)).to_owned());
        [format!("  {}", topic.label())].into_iter().chain(cells).collect()
    };
    let row = |what: &str, cells: &dyn Fn(&WireSurvey) -> Option<String>| {
        let cells = wires.iter().map(|wire| cells(wire).unwrap_or_else(|| "-".to_owned()));
        [format!("  {what}")].into_iter().chain(cells).collect::<Vec<String>>()
    };
    let mut rows: Vec<Vec<String>> = Topic::ALL.into_iter().map(of_topic).collect();
    rows.push(row("thought seen in", &|wire| (!wire.reasoning.is_empty()).then(|| wire.reasoning.join(", "))));
    rows.push(row("first piece after", &|wire| wire.first_piece_ms.map(|ms| format!("{ms} ms"))));
    ui::table(&header, rows)
}

const fn cell(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Yes) => "yes",
        Some(Verdict::No) => "no",
        Some(Verdict::Gateway) => "gateway",
        Some(Verdict::Unclear) => "?",
        None => "-",
    }
}

/// What the entries of the table rest on, where that is not plain.
fn reasons(wire: &WireSurvey) {
    for ability in wire.abilities.iter().filter(|ability| ability.verdict != Verdict::Gateway) {
        if let Some(why) = &ability.why {
            line(&label(&wire.wire), &format!("{}: {why}", ability.topic.label()));
        }
    }
    if let Some(cut) = &wire.cut {
        line(&label(&wire.wire), &format!("not asked further: {cut}"));
    }
}

fn quirks(survey: &Survey) -> String {
    let mark = |quirk: &String| {
        if survey.found_quirks.contains(quirk) { format!("{quirk} (found)") } else { quirk.clone() }
    };
    survey.quirks.iter().map(mark).collect::<Vec<_>>().join(", ")
}
