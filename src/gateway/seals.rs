//! Who sealed which reasoning: what one Responses upstream has sealed no other can open, and nothing in it says whose it
//! is.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

/// As many seals are remembered, twice: when so many new ones are there, those before them are forgotten.
const MOST: usize = 50_000;

/// What is known of seals. It lives as long as the gateway: a seal that nobody knows goes out, and when it is refused,
/// that is known from then on.
#[derive(Debug, Default)]
pub(super) struct Seals {
    hasher: RandomState,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    now: Generation,
    before: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    /// The provider, by seal.
    makers: HashMap<u64, Arc<str>>,
    /// Seals with providers that refused them.
    refused: HashSet<u64>,
}

impl Seals {
    /// That provider has made this seal.
    fn made(&self, provider: &Arc<str>, seal: &str) {
        let seal = self.hash(seal);
        self.learn(|now| {
            now.makers.insert(seal, Arc::clone(provider));
        });
    }

    /// That provider has refused a request with these seals: for those that it did not make itself, or for all when it
    /// made all.
    pub(super) fn refused<'a>(&self, provider: &str, seals: impl IntoIterator<Item = &'a str>) {
        let seals: Vec<&str> = seals.into_iter().collect();
        let strangers: Vec<&str> =
            seals.iter().copied().filter(|seal| self.maker(seal).as_deref() != Some(provider)).collect();
        for seal in if strangers.is_empty() { seals } else { strangers } {
            let refusal = self.hash((provider, seal));
            self.learn(|now| {
                now.refused.insert(refusal);
            });
        }
    }

    /// Whether that provider cannot open this seal, as far as is known.
    pub(super) fn is_foreign(&self, provider: &str, seal: &str) -> bool {
        let refusal = self.hash((provider, seal));
        self.maker(seal).is_some_and(|maker| *maker != *provider)
            || self.look(|generation| generation.refused.contains(&refusal).then_some(())).is_some()
    }

    fn maker(&self, seal: &str) -> Option<Arc<str>> {
        let seal = self.hash(seal);
        self.look(|generation| generation.makers.get(&seal).cloned())
    }

    fn hash(&self, what: impl Hash) -> u64 {
        self.hasher.hash_one(what)
    }

    fn look<T>(&self, find: impl Fn(&Generation) -> Option<T>) -> Option<T> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        find(&known.now).or_else(|| find(&known.before))
    }

    fn learn(&self, add: impl FnOnce(&mut Generation)) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.now.makers.len() + known.now.refused.len() >= MOST {
            known.before = std::mem::take(&mut known.now);
        }
        add(&mut known.now);
    }
}

/// Notes what one upstream seals while its answer passes.
#[derive(Debug, Clone)]
pub(super) struct Sealer {
    seals: Arc<Seals>,
    provider: Arc<str>,
}

impl Sealer {
    /// The seals of that provider.
    pub(super) fn new(seals: &Arc<Seals>, provider: &str) -> Self {
        Self { seals: Arc::clone(seals), provider: provider.into() }
    }

    /// It has made these.
    pub(super) fn made(&self, seals: impl IntoIterator<Item = String>) {
        for seal in seals {
            self.seals.made(&self.provider, &seal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_is_foreign_to_all_but_its_maker_and_to_those_who_refused_it() {
        let seals = Arc::new(Seals::default());
        Sealer::new(&seals, "a").made(["made by a".to_owned()]);
        let foreign = || ["a", "b"].map(|id| ["made by a", "unknown"].map(|seal| seals.is_foreign(id, seal)));
        assert_eq!(foreign(), [[false, false], [true, false]]);
        seals.refused("a", ["made by a", "unknown"]);
        assert_eq!(foreign(), [[false, true], [true, false]], "its own are not what it refused");
        seals.refused("a", ["made by a"]);
        assert_eq!(foreign(), [[true, true], [true, false]], "it refused its own");
    }

    #[test]
    fn old_seals_are_forgotten() {
        let seals = Arc::new(Seals::default());
        let sealer = Sealer::new(&seals, "a");
        for (count, foreign) in [(1, true), (MOST, true), (MOST, false)] {
            sealer.made((0..count).map(|n| if count == 1 { "first".to_owned() } else { n.to_string() }));
            assert_eq!(seals.is_foreign("b", "first"), foreign, "{count}");
        }
    }
}
