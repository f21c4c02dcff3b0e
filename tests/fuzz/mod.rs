//! The corpus of the fuzz targets, replayed: what once led into a new branch, or fell over, holds from then on.

mod targets;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[test]
fn the_corpus_of_every_target_holds() {
    type Target = fn(&[u8]);
    let targets: [(&str, Target); 5] = [
        ("chat", targets::chat),
        ("messages", targets::messages),
        ("gemini", targets::gemini),
        ("responses", targets::responses),
        ("request", targets::request),
    ];
    let mut fell = Vec::new();
    for (name, target) in targets {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
        let files: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        assert!(files.len() > 10, "{} holds {} files", folder.display(), files.len());
        for file in files {
            let bytes = fs::read(&file).expect("a file of the corpus can be read");
            if catch_unwind(|| target(&bytes)).is_err() {
                fell.push(file);
            }
        }
    }
    assert!(fell.is_empty(), "{fell:#?}");
}
