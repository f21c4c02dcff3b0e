//! Why a key may be refused, from what is known of its provider.

use crate::catalog::{self, ProviderTemplate};
use crate::secret::{Secret, clean_key};

/// What speaks against a key that was refused, one reason a line.
pub fn doubts(key: Option<&Secret>, template: Option<&ProviderTemplate>) -> Vec<String> {
    let Some(template) = template else { return Vec::new() };
    let mut doubts = Vec::new();
    if let Some(key) = key
        && let Ok((_, warnings)) = clean_key(key.expose(), &template.key_prefixes, &catalog::key_prefixes())
    {
        doubts.extend(warnings);
    }
    let has = |quirk: &str| template.quirks.iter().any(|name| name == quirk);
    if has("region_keys") {
        doubts.push(format!("keys of {} hold in one region alone: is this the base URL of yours?", template.name));
    }
    if has("coding_plan_key") {
        doubts.push(
            "a key of a coding plan works at the plan's own base URL alone, and other keys do not there".to_owned(),
        );
    }
    if !doubts.is_empty() {
        doubts.extend(template.note.clone());
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn region_plan_and_owner_of_a_key_are_doubted() {
        let mut template = catalog::provider("anthropic").unwrap().clone();
        let key = Secret::new("gsk_0123456789abcdef".to_owned());
        assert_eq!(doubts(Some(&key), None), Vec::<String>::new());
        let said = doubts(Some(&key), Some(&template));
        assert!(said[0].contains("Groq"), "{said:?}");
        template.quirks = vec!["region_keys".into(), "coding_plan_key".into()];
        template.note = None;
        assert_eq!(doubts(None, Some(&template)).len(), 2);
        template.quirks.clear();
        assert_eq!(doubts(None, Some(&template)), Vec::<String>::new());
    }
}
