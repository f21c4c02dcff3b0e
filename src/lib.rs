//! codexgw lets a person who uses OpenAI's Codex CLI run it on any model of any provider, and tells them what is wrong
//! when it does not work. This page says how the house is built.
//!
//! # Two roads
//!
//! Codex speaks only the Responses API. A provider that takes all of it is used *directly*: it gets a table of its own,
//! `[model_providers.<id>]`, whose `auth.command` is `codexgw token <id>`. Every other provider stands behind the
//! *gateway*, a local server of ours: Codex knows it as the one provider `codexgw`, and models are named
//! `<provider>/<model>`. The token command of the gateway also starts it, so nothing has to be installed as a service.
//!
//! # Rooms
//!
//! | room | what it is for |
//! |---|---|
//! | [`cli`] | clap types, one file per subcommand; asks and tells, decides nothing that another door could need |
//! | [`ui`] | what a person sees: printer, tables, prompts, diffs, foreign text made safe |
//! | [`setup`] | what `add`, `use`, `off` and `remove` write where: gathered, shown, committed all or none |
//! | [`migrate`] | mends what today's Codex refuses or ignores in the person's files |
//! | [`doctor`] | names what is wrong, shows what was measured, and mends it |
//! | [`config`] | editing files that belong to others, byte for byte |
//! | [`codex`] | facts about Codex: where it is, its version, its home, its catalogue format, its verdict |
//! | [`settings`] | our own file: providers, profiles, the default |
//! | [`secret`] | keys: where they are kept, and how they stay out of sight |
//! | [`catalog`] | what is known beforehand of providers and models: `templates/` |
//! | [`probe`] | asks a provider what it really speaks |
//! | [`protocol`] | pure translation: no sockets, no clock, no files |
//! | [`gateway`] | the local server around it, and its life |
//! | [`import`] | what other tools hold of providers, read so that it can be set up here |
//! | [`trust`] | TLS: whom is trusted, and what can be wrong with a certificate |
//! | [`trial`] | puts a model to the test: can it carry Codex |
//! | [`launch`] | environment and exec of codex |
//! | [`demo`] | the embedded default: Codex on a scripted model |
//! | [`error`] | the one error type: kind, causes, hints |
//!
//! Arrows run one way, which a test keeps: nobody uses [`cli`]; only [`cli`] and [`ui`] print; only [`config`] writes
//! other people's files; only [`gateway`] and [`demo`] open a port; only [`gateway`] and [`probe`] call out;
//! [`protocol`] uses nothing of ours but [`error`].
//!
//! # Adding things
//!
//! | to add | touch |
//! |---|---|
//! | a provider that speaks a known protocol | `templates/providers/<id>.toml`, with what it answers as `[fixture]` |
//! | a model's facts | a row in `templates/models/<maker>.toml`; its price holds at the provider of that id alone |
//! | a provider's quirk | a flag in its template and one arm in that protocol's writer |
//! | an upstream protocol | a folder under `protocol/` and one variant of [`protocol::Wire`] |
//! | a doctor's check | `doctor/checks/<name>.rs` and one line in the list |
//! | a subcommand | `cli/<name>.rs`, one variant, one arm |

pub mod catalog;
pub mod cli;
pub mod codex;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod gateway;
pub mod import;
pub mod launch;
pub mod migrate;
pub mod probe;
pub mod protocol;
pub mod secret;
pub mod settings;
pub mod setup;
pub mod trial;
pub mod trust;
pub mod ui;

/// The same Codex as for the black-box tests.
#[cfg(test)]
#[path = "../tests/support/codex.rs"]
mod test_codex;

/// A server without a certificate that can be trusted.
#[cfg(test)]
mod test_tls;

/// The same grammar of events as for the fuzz targets.
#[cfg(test)]
#[path = "../tests/fuzz/targets/grammar.rs"]
mod test_grammar;
