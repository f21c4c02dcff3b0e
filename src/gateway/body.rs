//! A request's body: read in one piece, unpacked, never longer than the bound.

use std::io::Read;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use super::answer::{self, Answer};
use super::limits::Limits;

/// How a body is packed. Codex packs what it sends with a `ChatGPT` login (`features.enable_request_compression`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// `gzip`.
    Gzip,
    /// `zstd`.
    Zstd,
}

impl Packing {
    /// What the headers say; none when it is not known here.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(encoding) = encodings.next() else { return Some(Self::Plain) };
        if encodings.next().is_some() {
            return None;
        }
        match encoding.as_bytes().to_ascii_lowercase().as_slice() {
            b"identity" | b"" => Some(Self::Plain),
            b"gzip" | b"x-gzip" => Some(Self::Gzip),
            b"zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Reads a body into one piece of memory; what cannot be read is answered.
pub(super) async fn read(limits: &Limits, body: Incoming, packing: Packing) -> Result<Vec<u8>, Answer> {
    let packed = read_packed(limits, body).await?;
    if packing == Packing::Plain {
        return Ok(packed);
    }
    let most = limits.body_bytes;
    // Large bodies take a while, in which other answers must go on.
    let unpacked = tokio::task::spawn_blocking(move || unpack(&packed, packing, most)).await;
    match unpacked {
        Ok(Ok(body)) if body.len() > most => Err(too_long(most)),
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) => {
            let message = format!("the body cannot be unpacked: {error}");
            Err(answer::error(StatusCode::BAD_REQUEST, "bad_request", &message))
        }
        Err(_) => Err(answer::error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "the body was not unpacked")),
    }
}

/// Unpacks no more than one byte beyond the bound: a few bytes may stand for many.
fn unpack(packed: &[u8], packing: Packing, most: usize) -> std::io::Result<Vec<u8>> {
    let bound = most as u64 + 1;
    let mut body = Vec::with_capacity(packed.len().saturating_mul(4).min(most));
    match packing {
        Packing::Plain => body.extend_from_slice(packed),
        Packing::Gzip => {
            flate2::read::MultiGzDecoder::new(packed).take(bound).read_to_end(&mut body)?;
        }
        Packing::Zstd => {
            let decoder = ruzstd::decoding::StreamingDecoder::new_with_max_window_size(packed, bound);
            decoder.map_err(std::io::Error::other)?.take(bound).read_to_end(&mut body)?;
        }
    }
    Ok(body)
}

async fn read_packed(limits: &Limits, mut body: Incoming) -> Result<Vec<u8>, Answer> {
    let most = limits.body_bytes;
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > most {
        return Err(too_long(most));
    }
    let mut whole = Vec::with_capacity(announced);
    loop {
        let frame = match timeout(limits.body_idle, body.frame()).await {
            Ok(None) => return Ok(whole),
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(_))) => {
                return Err(answer::error(StatusCode::BAD_REQUEST, "bad_request", "the body ended early"));
            }
            Err(_) => {
                return Err(answer::error(StatusCode::REQUEST_TIMEOUT, "request_timeout", "the body stopped coming"));
            }
        };
        let data: Bytes = frame.into_data().unwrap_or_default();
        if whole.len() + data.len() > most {
            return Err(too_long(most));
        }
        whole.extend_from_slice(&data);
    }
}

fn too_long(most: usize) -> Answer {
    let message = format!("the body is longer than {} MiB", most >> 20);
    answer::error(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", &message)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn gzip(body: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(body).unwrap();
        packer.finish().unwrap()
    }

    fn zstd(body: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(body, ruzstd::encoding::CompressionLevel::Fastest)
    }

    #[test]
    fn what_was_packed_comes_out_whole() {
        let body = "{\"model\":\"p/m\"}".repeat(1000).into_bytes();
        assert_eq!(unpack(&gzip(&body), Packing::Gzip, 1 << 20).unwrap(), body);
        assert_eq!(unpack(&zstd(&body), Packing::Zstd, 1 << 20).unwrap(), body);
        for packing in [Packing::Gzip, Packing::Zstd] {
            assert!(unpack(b"{}", packing, 1 << 20).is_err(), "{packing:?}");
        }
        assert!(unpack(&zstd(&body)[..40], Packing::Zstd, 1 << 20).is_err());
        assert!(unpack(&gzip(&body)[..40], Packing::Gzip, 1 << 20).is_err());
    }

    #[test]
    fn a_bomb_is_cut_at_the_bound() {
        let zeros = vec![0; 4 << 20];
        assert_eq!(unpack(&gzip(&zeros), Packing::Gzip, 1000).unwrap().len(), 1001);
        // A frame whose window is beyond the bound is not begun; else it is cut.
        let zstd = unpack(&zstd(&zeros), Packing::Zstd, 1000);
        assert!(zstd.is_err() || zstd.is_ok_and(|body| body.len() == 1001));
    }

    #[test]
    fn the_packing_is_read_from_the_header() {
        for (encodings, packing) in [
            (&[][..], Some(Packing::Plain)),
            (&["identity"], Some(Packing::Plain)),
            (&["GZIP"], Some(Packing::Gzip)),
            (&["zstd"], Some(Packing::Zstd)),
            (&["br"], None),
            (&["gzip, zstd"], None),
            (&["gzip", "zstd"], None),
        ] {
            let mut headers = HeaderMap::new();
            for encoding in encodings {
                headers.append(header::CONTENT_ENCODING, encoding.parse().unwrap());
            }
            assert_eq!(Packing::of(&headers), packing, "{encodings:?}");
        }
    }
}
