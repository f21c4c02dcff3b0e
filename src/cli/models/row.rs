use serde::Serialize;

use crate::catalog::{ModelFacts, Usd};
use crate::ui;

/// One model, as it is listed.
#[derive(Debug, Serialize)]
pub struct Row {
    pub provider: String,
    pub model: String,
    /// Whether it is one of those that the person chose.
    pub chosen: bool,
    /// Whether it is the one that a provider's own profile starts with.
    pub first: bool,
    #[serde(flatten)]
    pub facts: ModelFacts,
}

/// What stands over the columns.
pub const HEADER: [&str; 8] = ["PROVIDER", "MODEL", "CONTEXT", "OUTPUT", "IN $", "OUT $", "CACHED $", "CAN"];

impl Row {
    /// Whether all words occur in what is known of it.
    pub fn has(&self, words: &[String]) -> bool {
        let name = self.facts.name.as_deref().unwrap_or_default();
        let text = format!("{} {} {name} {}", self.provider, self.model, self.can()).to_lowercase();
        words.iter().all(|word| text.contains(&word.to_lowercase()))
    }

    /// Its columns.
    pub fn columns(&self) -> Vec<String> {
        let mark = if self.chosen { "*" } else { "" };
        let price = self.facts.price.as_ref();
        let usd = |usd: Option<Usd>| usd.map(|usd| usd.to_string()).unwrap_or_default();
        vec![
            self.provider.clone(),
            format!("{}{mark}", self.model),
            self.facts.context.map(tokens).unwrap_or_default(),
            self.facts.max_output.map(tokens).unwrap_or_default(),
            usd(price.map(|price| price.input)),
            usd(price.map(|price| price.output)),
            usd(price.and_then(|price| price.cached)),
            self.can(),
        ]
    }

    /// What it can do, in words.
    fn can(&self) -> String {
        let facts = &self.facts;
        let efforts: Vec<String> = facts.efforts.iter().map(|effort| ui::plain(effort, 20)).collect();
        let thinks = match efforts.as_slice() {
            [] => String::new(),
            [only] => format!("effort {only}"),
            [weakest, .., strongest] => format!("effort {weakest}-{strongest}"),
        };
        let known = |fact, yes: &str, no: &str| match fact {
            Some(true) => yes.to_owned(),
            Some(false) => no.to_owned(),
            None => String::new(),
        };
        let abilities = [
            known(facts.tools, "tools", "no tools"),
            known(facts.images, "images", ""),
            thinks,
            known(facts.parallel, "", "one call at a time"),
            known(facts.apply_patch, "", "no patches"),
        ];
        abilities.into_iter().filter(|ability| !ability.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// `8k`, `131k`, `1.05M`.
fn tokens(count: u64) -> String {
    match count {
        0..=999 => count.to_string(),
        1_000..=999_499 => format!("{}k", (count + 500) / 1000),
        _ => {
            let hundredths = count.saturating_add(5_000) / 10_000;
            let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            format!("{}M", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Price;

    #[test]
    fn counts_of_tokens_are_short_and_true() {
        for (count, text) in [
            (0, "0"),
            (512, "512"),
            (8_192, "8k"),
            (131_072, "131k"),
            (999_999, "1M"),
            (1_000_000, "1M"),
            (1_048_576, "1.05M"),
            (10_000_000, "10M"),
        ] {
            assert_eq!(tokens(count), text);
        }
    }

    #[test]
    fn what_is_known_is_said_and_what_is_not_stays_open() {
        let row = |facts| Row { provider: "p".into(), model: "m".into(), chosen: true, first: false, facts };
        let all = ModelFacts {
            name: Some("The Model".into()),
            context: Some(131_072),
            images: Some(true),
            tools: Some(true),
            efforts: ["low", "medium", "max"].map(str::to_owned).into(),
            apply_patch: Some(false),
            price: Some(Price { input: Usd::from(3.0), output: Usd::from(15.0), ..Price::default() }),
            ..ModelFacts::default()
        };
        let row_of_all = row(all);
        assert_eq!(
            row_of_all.columns(),
            ["p", "m*", "131k", "", "3.00", "15.00", "", "tools, images, effort low-max, no patches"]
        );
        assert_eq!(row(ModelFacts::default()).columns(), ["p", "m*", "", "", "", "", "", ""]);
        assert_eq!(row(ModelFacts { tools: Some(false), ..ModelFacts::default() }).can(), "no tools");
        for (words, found) in
            [(&["model", "IMAGES"][..], true), (&["max"], true), (&["m", "cheap"], false), (&[], true)]
        {
            assert_eq!(row_of_all.has(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()), found);
        }
    }
}
