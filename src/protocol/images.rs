//! Images for models that see none.

use super::ir::{Item, Loss, Part, Request, loss};

/// Stands where an image was.
pub const UNSEEN: &str = "[an image, which the model cannot see]";

/// Puts words in the place of every image: most upstreams refuse a request over one that the model cannot see, and every
/// later request of the conversation with it.
pub fn leave_out(request: &mut Request<'_>) {
    for item in &mut request.items {
        let (Item::Message { parts, .. } | Item::Output { parts, .. }) = item else { continue };
        for part in parts.iter_mut().filter(|part| matches!(part, Part::Image { .. })) {
            *part = Part::Text(UNSEEN.into());
            request.losses.push(left_out());
        }
    }
}

/// An image was left out.
pub(super) fn left_out() -> Loss {
    Loss::new(loss::CONTENT_PART, "an image, which the model cannot see")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::responses::parse;
    use serde_json::json;

    #[test]
    fn words_stand_for_images() {
        let image = json!({"type": "input_image", "image_url": "data:image/png;base64,AAAA"});
        let body = json!({"model": "m", "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "see"}, image]},
            {"type": "function_call_output", "call_id": "c", "output": [image, image]},
        ]})
        .to_string();
        let mut request = parse(body.as_bytes()).unwrap();
        leave_out(&mut request);
        let parts: Vec<_> = request
            .items
            .iter()
            .flat_map(|item| match item {
                Item::Message { parts, .. } | Item::Output { parts, .. } => parts.clone(),
                _ => Vec::new(),
            })
            .collect();
        let unseen = Part::Text(UNSEEN.into());
        assert_eq!(parts, [Part::Text("see".into()), unseen.clone(), unseen.clone(), unseen]);
        assert_eq!(request.losses, vec![left_out(); 3]);
    }
}
