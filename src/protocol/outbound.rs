//! One request in the words of whichever protocol the upstream speaks.

use super::ir::{Loss, Request, loss};
use super::messages::Abilities;
use super::{Decoder, Quirks, Wire, chat, gemini, messages, refusal, responses};

/// Whom a request is written for.
#[derive(Debug, Clone, Copy)]
pub struct Destination<'a> {
    /// What it speaks.
    pub wire: Wire,
    /// Its own name of the model.
    pub model: &'a str,
    /// What it does differently.
    pub quirks: &'a Quirks,
    /// What the model can do.
    pub abilities: &'a Abilities,
    /// How Gemini's content filters are set.
    pub safety: gemini::Safety,
}

/// What goes out, and what reads the answer to it.
#[derive(Debug)]
pub struct Outbound {
    /// The path under the base URL.
    pub path: String,
    /// The JSON body.
    pub body: Vec<u8>,
    /// What could not be carried over.
    pub losses: Vec<Loss>,
    /// Reads the answer.
    pub decoder: Decoder,
    /// Whether the answer may come in legs.
    pub may_pause: bool,
}

impl Outbound {
    /// Writes a request for an upstream; one of Responses that knows functions alone gets its tools as functions.
    #[must_use]
    pub fn new(request: &Request<'_>, to: &Destination<'_>) -> Self {
        let Destination { wire, model, quirks, abilities, safety } = *to;
        let mut may_pause = false;
        let (path, mut body, mut losses, decoder) = match wire {
            Wire::Gemini => {
                let options = gemini::Options { safety, ..gemini::Options::default() };
                let gemini::Outbound { body, losses, decoder } = gemini::encode_with(request, model, quirks, options);
                (gemini::path(model, request.stream), body, losses, Decoder::Gemini(decoder))
            }
            Wire::Messages => {
                let outbound = messages::encode(request, model, quirks, abilities);
                may_pause = outbound.may_pause;
                ("/messages".to_owned(), outbound.body, outbound.losses, Decoder::Messages(outbound.decoder))
            }
            Wire::Responses => {
                let responses::Outbound { body, losses, decoder } = responses::lower(request, model, quirks);
                ("/responses".to_owned(), body, losses, Decoder::Responses(decoder))
            }
            Wire::Chat => {
                let chat::Outbound { body, losses, decoder } = chat::encode(request, model, quirks);
                ("/chat/completions".to_owned(), body, losses, Decoder::Chat(decoder))
            }
        };
        refusal::drop_fields(&mut body, &quirks.dropped, &mut losses);
        Self { path, body, losses, decoder, may_pause }
    }
}

impl Loss {
    /// A field that is left out since the upstream refuses it.
    pub(super) fn refused(field: &str) -> Self {
        Self::new(loss::FIELD, format!("`{field}` is refused"))
    }
}
