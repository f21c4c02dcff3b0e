//! What a survey changes in a provider's settings.

use super::{Survey, Topic, Verdict};
use crate::catalog;
use crate::protocol::Wire;
use crate::settings::{Provider, Road};

impl Survey {
    /// The settings with what was found; none when the survey came to no decision. A provider stays on the road that it
    /// is on as long as that works: its models have other names on the other one.
    #[must_use]
    pub fn kept_in(&self, provider: &Provider) -> Option<Provider> {
        let decision = self.decision.as_ref()?;
        let stays_direct = provider.road == Road::Direct && (decision.road == Road::Direct || self.may_stay_direct());
        let (road, wire) = if stays_direct { (Road::Direct, Wire::Responses) } else { (Road::Gateway, decision.wire) };
        let mut kept = Provider { base_url: self.base_url.clone(), road, wire, ..provider.clone() };
        if let Some(form) = self.key_form {
            kept.key_form = None;
            kept.key_form = (kept.key_form() != form).then_some(form);
        }
        let of_template = || provider.template.as_deref().and_then(catalog::provider).map(|known| known.quirks.clone());
        let known = provider.quirks.clone().or_else(of_template).unwrap_or_default();
        // On the direct road nobody asks for them, and a model that made no call may have better days.
        if self.quirks != known && (!stays_direct || decision.road == Road::Direct) {
            kept.quirks = Some(self.quirks.clone());
        }
        Some(kept)
    }

    /// Whether nothing was seen that Codex itself could not get along with: a call that did not come may be the model's
    /// fault.
    fn may_stay_direct(&self) -> bool {
        let responses = self.wires.iter().find(|wire| wire.wire == Wire::Responses && wire.absent.is_none());
        responses.is_some_and(|wire| {
            let needed = [Topic::Streamed, Topic::Custom, Topic::Namespace, Topic::WebSearch, Topic::DeveloperRole];
            wire.refused.is_none() && needed.into_iter().all(|topic| !wire.is(topic, Verdict::No))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::KeyForm;
    use crate::probe::Decision;
    use crate::settings::Settings;

    fn provider(road: &str, wire: &str) -> Provider {
        let text = format!(
            "[providers.a]\nname = \"A\"\nbase_url = \"https://a/v1\"\nroad = \"{road}\"\nwire = \"{wire}\"\n\
             key = \"none\"\nmodel = \"m\"\n"
        );
        Settings::parse(&text).unwrap().providers.remove("a").unwrap()
    }

    fn survey(road: Road, wire: Wire, key_form: Option<KeyForm>, quirks: &[&str]) -> Survey {
        let decision = Decision { wire, road, why: String::new(), quirks: vec![], key_form: None };
        Survey {
            base_url: "https://a".to_owned(),
            decision: Some(decision),
            key_form,
            quirks: quirks.iter().map(|quirk| (*quirk).to_owned()).collect(),
            ..Survey::default()
        }
    }

    #[test]
    fn what_was_found_is_kept_and_a_road_that_works_stays() {
        use KeyForm::{Bearer, XApiKey};
        for (before, found, road, wire, key_form) in [
            (provider("gateway", "chat"), (Road::Direct, Wire::Responses, None), Road::Gateway, Wire::Responses, None),
            (
                provider("direct", "responses"),
                (Road::Direct, Wire::Responses, None),
                Road::Direct,
                Wire::Responses,
                None,
            ),
            (provider("direct", "responses"), (Road::Gateway, Wire::Chat, None), Road::Gateway, Wire::Chat, None),
            (
                provider("gateway", "chat"),
                (Road::Gateway, Wire::Messages, Some(XApiKey)),
                Road::Gateway,
                Wire::Messages,
                None,
            ),
            (
                provider("gateway", "chat"),
                (Road::Gateway, Wire::Messages, Some(Bearer)),
                Road::Gateway,
                Wire::Messages,
                Some(Bearer),
            ),
        ] {
            let expected = Provider {
                base_url: "https://a".to_owned(),
                road,
                wire,
                key_form,
                quirks: Some(vec!["no_done".to_owned()]),
                ..before.clone()
            };
            let survey = survey(found.0, found.1, found.2, &["no_done"]);
            assert_eq!(survey.kept_in(&before), Some(expected), "{found:?}");
        }
        assert_eq!(
            survey(Road::Direct, Wire::Chat, None, &[]).kept_in(&provider("gateway", "chat")).unwrap().quirks,
            None
        );
        assert_eq!(Survey::default().kept_in(&provider("gateway", "chat")), None);
    }
}
