//! Shapes, round trips and generated documents for [`splice()`].

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use crate::test_codex;

use super::{Change, Cut, EditError, cut, splice};

fn provider(id: &str) -> Change {
    let auth: toml_edit::InlineTable = [("command", "/usr/bin/codexgw"), ("kind", "x")]
        .into_iter()
        .map(|(k, v)| (k, toml_edit::Value::from(v)))
        .collect();
    Change::table(
        &["model_providers", id],
        vec![
            ("name".into(), "Open Router".into()),
            ("base_url".into(), "https://example.net/v1".into()),
            ("auth".into(), auth.into()),
        ],
    )
}

fn edits() -> Vec<(Change, Change)> {
    vec![
        (provider("zz"), Change::remove(&["model_providers", "zz"])),
        (Change::set(&["zz_model"], "m"), Change::remove(&["zz_model"])),
        (provider("ключ.ü"), Change::remove(&["model_providers", "ключ.ü"])),
        (Change::set(&["zz_effort"], "high"), Change::remove(&["zz_effort"])),
    ]
}

/// Every edit alone and all together, taken back in order and in reverse.
fn assert_round_trips(text: &str) {
    let edits = edits();
    for (add, take) in &edits {
        let edited = splice(text, std::slice::from_ref(add)).unwrap();
        assert_ne!(edited, text);
        assert_eq!(splice(&edited, std::slice::from_ref(add)).unwrap(), edited, "idempotent");
        assert_eq!(splice(&edited, std::slice::from_ref(take)).unwrap(), text, "{take:?} in\n{edited}");
    }
    let adds: Vec<_> = edits.iter().map(|(add, _)| add.clone()).collect();
    let mut takes: Vec<_> = edits.iter().map(|(_, take)| take.clone()).collect();
    let edited = splice(text, &adds).unwrap();
    assert_eq!(splice(&edited, &takes).unwrap(), text, "in order from\n{edited}");
    takes.reverse();
    assert_eq!(splice(&edited, &takes).unwrap(), text, "in reverse from\n{edited}");
}

/// The text as it is, with CRLF, with a BOM, without its final newline, and with both.
fn mutations(text: &str) -> Vec<String> {
    let crlf = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let bare = |text: &str| text.trim_end_matches(['\r', '\n']).to_owned();
    vec![
        text.to_owned(),
        crlf.clone(),
        format!("\u{feff}{text}"),
        bare(text),
        bare(&crlf),
        format!("{text}   "),
        format!("{text}\n\n"),
    ]
}

#[test]
fn adding_then_removing_gives_back_the_bytes_in_every_shape() {
    let shapes = [
        "",
        "\n",
        "\n\n\n",
        "  ",
        "  \n\t",
        "# only a comment\n",
        "# a\n\n# b",
        "model = 'x'\n",
        "a = 1\nb = 2",
        "[t]\n",
        "[t]",
        "\n[t]\nk = 1\n",
        "# about t\n[t]\n",
        "# header\n\n# about t\n[t]\nk = 1 # end\n",
        "#:schema https://example.net/s.json\n\nmodel = \"a\" # why\n\n\n[t]\n\nk = 1\n\n",
        "[model_providers.a]\nname = \"a\"\n\n[z]\n",
        "model_providers.a.name = 'a'\n",
        "[model_providers]\n",
        "[model_providers]\na = { name = 'a' }\n",
        "[model_providers]\na.name = 'a'\na.base_url = 'b'\n\n[other]\nx = 1\n",
        "model_providers = {}\n",
        "model_providers = { }",
        "model_providers = { a = { name = 'a' } } # c\n",
        "model_providers = { a.name = 'a', }\n",
        "model_providers = {\n  a = { name = 'a' }, # one\n  # two\n}\n[t]\n",
        "[[model]]\nid = 1\n\n[[model]]\nid = 2\n",
        "\t[ model_providers . a ]\n\t  name\t=\t'a'\n",
        "s = \"\"\"\n[model_providers.zz]\n\"\"\"\n",
        "a = 1\r\nb = 2\nc = 3\r\n\n[t]\r\n",
        "[model_providers.a]\nname = 'a'\n[model_providers.a.auth]\ncommand = 'x'\n[[hooks]]\nb = 1\n",
    ];
    for shape in shapes {
        for text in mutations(shape) {
            assert_round_trips(&text);
        }
    }
}

#[test]
fn corpus_files_come_back_byte_for_byte() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/config-corpus");
    let Ok(files) = std::fs::read_dir(folder) else { return };
    for file in files {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        if toml_edit::Document::parse(text.as_str()).is_err() {
            assert!(matches!(splice(&text, &[]), Err(EditError::Syntax { .. })));
            continue;
        }
        for text in mutations(&text) {
            assert_round_trips(&text);
        }
    }
}

/// Loads texts with the real Codex.
struct Judge {
    codex: std::path::PathBuf,
    home: tempfile::TempDir,
}

impl Judge {
    fn new() -> Self {
        let home = tempfile::tempdir_in(test_codex::target_dir()).unwrap();
        Self { codex: test_codex::bin_dir().join("codex"), home }
    }

    fn accepts(&self, text: &str) -> bool {
        std::fs::write(self.home.path().join("config.toml"), text).unwrap();
        let mut command = std::process::Command::new(&self.codex);
        command.args(["features", "list"]).env("CODEX_HOME", self.home.path()).output().unwrap().status.success()
    }
}

/// Every kind of edit, each on its own, with what is taken away again.
fn kinds_of_edits() -> Vec<Vec<Change>> {
    let provider = Change::table(
        &["model_providers", "zz"],
        vec![("name".into(), "Z".into()), ("base_url".into(), "https://example.net/v1".into())],
    );
    vec![
        vec![Change::set(&["model"], "m")],
        vec![provider.clone()],
        vec![provider.clone(), Change::set(&["model_provider"], "zz")],
        vec![provider.clone(), Change::set(&["model_providers", "zz", "env_key"], "K")],
        vec![provider.clone(), Change::rename(&["model_providers", "zz"], "yy")],
        vec![provider.clone(), Change::remove(&["model_providers", "zz"])],
        vec![Change::restore(&["model_reasoning_effort"], "'high'"), Change::remove(&["model_reasoning_effort"])],
    ]
}

/// What the real Codex loads before, it loads after: each kind of edit, and a table taken out.
fn codex_accepts_each_edit_of(texts: impl Iterator<Item = String>, enough: usize) -> usize {
    let judge = Judge::new();
    let mut accepted = 0;
    for text in texts {
        if !judge.accepts(&text) {
            continue;
        }
        accepted += 1;
        for changes in kinds_of_edits() {
            let edited = splice(&text, &changes).unwrap();
            assert!(edited == text || judge.accepts(&edited), "{changes:?} makes Codex refuse\n{edited}\nfrom\n{text}");
        }
        let with_profile = super::join(&text, "[profiles.zz] # taken out\nmodel = 'm'\n").unwrap();
        let cut = super::cut(&with_profile, &["profiles", "zz"], &[]).unwrap().unwrap();
        assert!(judge.accepts(&cut.rest) && judge.accepts(&cut.piece), "cut from\n{with_profile}");
        if accepted == enough {
            break;
        }
    }
    accepted
}

#[test]
#[ignore = "asks the real Codex some thousand times"]
fn codex_accepts_corpus_files_after_each_edit() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/config-corpus");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let texts = files.flat_map(|file| mutations(&std::fs::read_to_string(file.path()).unwrap()));
    println!("{} texts of the corpus accepted before and after", codex_accepts_each_edit_of(texts, usize::MAX));
}

#[test]
#[ignore = "asks the real Codex some thousand times"]
fn codex_accepts_generated_documents_after_each_edit() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts = std::iter::from_fn(|| Some(documents().new_tree(&mut runner).unwrap().current()));
    let accepted = codex_accepts_each_edit_of(texts.take(2_000), 250);
    assert_eq!(accepted, 250, "too few generated documents are accepted at all");
    println!("{accepted} generated texts accepted before and after");
}

#[test]
fn codex_accepts_some_generated_documents_after_each_edit() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let texts = std::iter::from_fn(|| Some(documents().new_tree(&mut runner).unwrap().current()));
    assert_eq!(codex_accepts_each_edit_of(texts.take(100), 4), 4);
}

#[test]
fn a_value_is_replaced_alone_and_put_back_from_its_source() {
    let cases = [
        ("model = 'x' # mine\n", &["model"][..], "'x'"),
        ("model=\"a\"", &["model"], "\"a\""),
        ("[a]\n  b =  [1,\r\n 2 ] # c\r\n", &["a", "b"], "[1,\r\n 2 ]"),
        ("a = { b = 'c' , d = 1 }\n", &["a", "b"], "'c'"),
        ("a.\"b c\" = 0x10\n", &["a", "b c"], "0x10"),
        ("m = '''\r\nx\r\n'''\r\n", &["m"], "'''\r\nx\r\n'''"),
    ];
    for (text, path, source) in cases {
        let edited = splice(text, &[Change::set(path, "new")]).unwrap();
        assert_eq!(edited, text.replacen(source, "\"new\"", 1));
        assert_eq!(splice(&edited, &[Change::restore(path, source)]).unwrap(), text);
    }
}

#[test]
fn edits_come_out_as_a_person_would_write_them() {
    let table = |path: &[&str], entries: &[(&str, &str)]| {
        Change::table(path, entries.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect())
    };
    let cases = [
        ("[t]\n", Change::set(&["model"], "m"), "model = \"m\"\n\n[t]\n"),
        ("# about t\n[t]\n", Change::set(&["model"], "m"), "model = \"m\"\n\n# about t\n[t]\n"),
        ("# file\n\n[t]\n", Change::set(&["model"], "m"), "# file\n\nmodel = \"m\"\n\n[t]\n"),
        ("a = 1 # x\n# about t\n[t]\n", Change::set(&["model"], "m"), "a = 1 # x\nmodel = \"m\"\n# about t\n[t]\n"),
        ("[t]\n  a = 1\n\n[u]\n", Change::set(&["t", "b"], 2), "[t]\n  a = 1\n  b = 2\n\n[u]\n"),
        ("t.a = 1\nz = 1\n", Change::set(&["t", "b"], 2), "t.a = 1\nt.b = 2\nz = 1\n"),
        ("[p]\nx.a = 1\n", Change::set(&["p", "x", "b"], 2), "[p]\nx.a = 1\nx.b = 2\n"),
        ("p = { x.a = 1 }\n", Change::set(&["p", "x", "b"], 2), "p = { x.a = 1, x.b = 2 }\n"),
        ("p = { a = 1 }\n", Change::set(&["p", "x", "y"], 2), "p = { a = 1, x = { y = 2 } }\n"),
        ("a = 1", Change::set(&["t", "b"], 2), "a = 1\n\n[t]\nb = 2"),
        ("[a.b]\nx = 1\n", Change::set(&["a", "y"], 2), "[a.b]\nx = 1\n\n[a]\ny = 2\n"),
        (
            "[p.x]\nname = 'a' # keep\nold = 1\n[p.x.auth]\nk = 'v'\n",
            table(&["p", "x"], &[("name", "a"), ("url", "u")]),
            "[p.x]\nname = 'a' # keep\nurl = \"u\"\n",
        ),
        ("p.x.name = 'a'\np.x.old = 1\n", table(&["p", "x"], &[("name", "b")]), "p.x.name = \"b\"\n"),
        (
            "p = { x = { name = 'a', old = 1 } }\n",
            table(&["p", "x"], &[("name", "b")]),
            "p = { x = { name = \"b\" } }\n",
        ),
        ("a = 1\n\n# mine\n[p.x]\nk = 1\n# next\n[q]\n", Change::remove(&["p"]), "a = 1\n\n# mine\n# next\n[q]\n"),
        ("[p.x]\nk = 1\n\n[q]\nz = 1\n\n[p.x.auth]\nc = 1\n", Change::remove(&["p", "x"]), "[q]\nz = 1\n"),
        ("p = { x = 1, y = 2, z = 3 }\n", Change::remove(&["p", "x"]), "p = { y = 2, z = 3 }\n"),
        ("p = { x = 1, y = 2, z = 3 }\n", Change::remove(&["p", "y"]), "p = { x = 1, z = 3 }\n"),
        ("p = { x.a = 1, y = 2, x.b = 3, }\n", Change::remove(&["p", "x"]), "p = { y = 2, }\n"),
        ("p.x.a = 1\nm = 1\np.x.b = 2\n", Change::remove(&["p", "x"]), "m = 1\n"),
        ("[[p]]\na = 1\n\n[q]\n", Change::remove(&["p"]), "[q]\n"),
        ("a = 1\n", Change::remove(&["b", "c"]), "a = 1\n"),
    ];
    for (text, change, expected) in cases {
        assert_eq!(splice(text, std::slice::from_ref(&change)).as_deref(), Ok(expected), "{change:?} of\n{text}");
    }
}

#[test]
fn a_sub_table_that_means_the_inline_value_keeps_its_bytes() {
    let text = "[model_providers.zz]\nname = 'Open Router'\nbase_url = \"https://example.net/v1\" # u\n\n# secret\n\
                [model_providers.zz.auth]\nkind = 'x'\ncommand = '/usr/bin/codexgw'\n";
    assert_eq!(splice(text, &[provider("zz")]).as_deref(), Ok(text));
}

#[test]
fn what_cannot_be_edited_is_refused_with_its_place() {
    let conflict = |path: &str, found, line| EditError::Conflict { path: path.to_owned(), found, line };
    let cases = [
        ("\na = 1\n", Change::set(&["a", "b"], 1), conflict("a", "an integer", 2)),
        ("[[p]]\nx = 1\n", Change::set(&["p", "y"], 1), conflict("p", "an array of tables", 1)),
        ("[[p]]\nx = 1\n", Change::remove(&["p", "x"]), conflict("p", "an array of tables", 1)),
        ("k = 1\n[p.x]\n", Change::set(&["p"], 1), conflict("p", "a table", 2)),
        ("", Change::set(&[], 1), EditError::EmptyPath),
        ("", Change::restore(&["a"], "1\nb = 2"), EditError::NotAValue { path: "a".into() }),
        ("", Change::restore(&["a"], "1 # c"), EditError::NotAValue { path: "a".into() }),
    ];
    for (text, change, expected) in cases {
        assert_eq!(splice(text, std::slice::from_ref(&change)), Err(expected), "{change:?} of\n{text}");
    }
    let Err(EditError::Syntax { line, column, message }) = splice("a = 1\nä = = 2\n", &[]) else { panic!("accepted") };
    assert_eq!((line, column), (2, 5), "{message}");
}

#[test]
fn a_removed_line_goes_back_to_its_place() {
    let cases = [
        ("a = 1\nm = 'x' # mine\nb = 2\n", &["m"][..]),
        ("m = 'x'\n\n[t]\n", &["m"]),
        ("# c\n\nm = 'x'\n\n# about t\n[t]\n", &["m"]),
        ("a = 1\n\n# about m\nm = 'x'", &["m"]),
        ("a = 1\n\nm = 'x'", &["m"]),
        ("m = 'x'", &["m"]),
        ("a = 1\r\n\r\nm = '''\r\n'''\r\n\r\n\r\n[t]\r\n", &["m"]),
        ("[t]\na = 1\n  m = 'x'\n[u]\n", &["t", "m"]),
        ("[t]\nm = 'x'", &["t", "m"]),
        ("t.a = 1\nt.m = 2\nt.b = 3\n", &["t", "m"]),
    ];
    for (text, path) in cases {
        for text in [text.to_owned(), format!("\u{feff}{text}")] {
            let document = super::Document::parse(std::path::Path::new("x"), &text).unwrap();
            let former = document.former(path).unwrap();
            let kept: super::Former = serde_json::from_str(&serde_json::to_string(&former).unwrap()).unwrap();
            let removed = splice(&text, &[Change::remove(path)]).unwrap();
            assert_ne!(removed, text);
            assert_eq!(splice(&removed, &[Change::PutBack(kept.clone())]).unwrap(), text, "from\n{removed}");
            let elsewhere = splice("z = 1\n", &[Change::PutBack(kept)]).unwrap();
            assert!(elsewhere.contains(former.source()), "{elsewhere}");
        }
    }
}

/// A random document that is valid TOML: sections in several forms, comments, blanks, odd spacing, mixed newlines.
fn documents() -> impl Strategy<Value = String> {
    let key = prop_oneof![Just("alpha"), Just("\"be ta\""), Just("'ключ'"), Just("d-e_1"), Just("\"x.y\"")];
    let value = prop_oneof![
        Just("1"),
        Just("'lit # no'"),
        Just("\"s\""),
        Just("[1,\n  2, # c\n]"),
        Just("{ a = 1, b.c = 'd' }"),
        Just("{}"),
        Just("\"\"\"\n[not.a.table]\n\"\"\""),
        Just("1979-05-27T07:32:00Z"),
        Just("[ ]"),
        Just("0.5e1"),
        Just("nan"),
    ];
    let gap = prop_oneof![
        4 => Just(""), 2 => Just("\n"), 1 => Just("  \t\n"), 1 => Just("# comment ü\n"), 1 => Just("\n# detached\n\n"),
        1 => Just("\t# [not.a.table]\n"),
    ];
    let line = (
        gap,
        key,
        value,
        prop_oneof![Just(" = "), Just("="), Just("\t=  ")],
        prop_oneof![Just(""), Just(" # end"), Just("  ")],
        0..2_usize,
    );
    let section = (
        0..6_usize,
        proptest::collection::vec(line, 0..4),
        prop_oneof![Just(""), Just("\n"), Just("\n\n"), Just("# above\n")],
    );
    let providers = prop_oneof![
        4 => Just(""), 1 => Just("model_providers = { a = { name = 'a' } }\n"), 1 => Just("model_providers.a.name = 'a'\n"),
        1 => Just("model_providers = {}\n"), 1 => Just("model_providers = {\n a.b = 1, # c\n}\n"),
    ];
    (
        providers,
        proptest::collection::vec(section, 0..6),
        0..3_usize,
        any::<bool>(),
        proptest::collection::vec(any::<bool>(), 64),
    )
        .prop_map(|(providers, sections, tail, bom, coin)| {
            let mut text = providers.to_owned();
            for (index, (form, lines, above)) in sections.into_iter().enumerate() {
                text.push_str(above);
                let provided = !providers.is_empty();
                let header = match form {
                    0 if index == 0 => String::new(),
                    1 => format!("[[list]] # {index}\n"),
                    2 if !provided => format!("[model_providers.p{index}]\n"),
                    3 if !provided => format!("  [ model_providers . p{index} . auth ]\n"),
                    4 => format!("[projects.\"/home/ü/{index}\"]\n"),
                    _ => format!("[s{index}]\n"),
                };
                text.push_str(&header);
                for (number, (gap, key, value, equals, end, indent)) in lines.into_iter().enumerate() {
                    text.push_str(gap);
                    text.push_str(&"  ".repeat(indent));
                    // A dotted key that makes every line's key its own.
                    let statement = format!("k{number}.{key}{equals}{value}{end}\n");
                    text.push_str(&statement);
                }
            }
            match tail {
                0 => text.push_str("# tail\n"),
                1 => text.truncate(text.trim_end_matches('\n').len()),
                _ => {}
            }
            let mut flips = coin.iter().cycle();
            let text: String = text
                .split_inclusive('\n')
                .map(|line| match line.strip_suffix('\n') {
                    Some(body) if *flips.next().unwrap_or(&false) => format!("{body}\r\n"),
                    _ => line.to_owned(),
                })
                .collect();
            if bom { format!("\u{feff}{text}") } else { text }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_documents_come_back_byte_for_byte(text in documents()) {
        prop_assert!(splice(&text, &[]).is_ok(), "{text}");
        assert_round_trips(&text);
    }

    #[test]
    fn every_statement_can_be_removed_without_touching_a_comment_above_or_below(text in documents()) {
        let body = text.trim_start_matches('\u{feff}');
        let layout = super::layout::Layout::parse(body).unwrap();
        for statement in layout.statements.iter().filter(|statement| layout.item(&statement.path).is_ok()) {
            let edited = splice(&text, &[Change::remove(&statement.path.iter().map(String::as_str).collect::<Vec<_>>())]);
            let edited = edited.unwrap();
            let gone = layout.statements.iter().filter(|other| other.path.starts_with(&statement.path));
            let (first, last) = gone.fold((body.len(), 0), |(first, last), other| {
                (first.min(other.lines.start), last.max(other.lines.end))
            });
            let comments = |text: &str| text.trim_start_matches('\u{feff}').lines().filter(|line| line.trim_start().starts_with('#')).count();
            prop_assert!(comments(&edited) >= comments(&body[..first]) + comments(&body[last..]), "{edited}");
        }
    }

    #[test]
    fn tables_are_cut_and_renamed_without_losing_a_comment(text in documents()) {
        let body = text.trim_start_matches('\u{feff}');
        let layout = super::layout::Layout::parse(body).unwrap();
        let comments = |text: &str| text.lines().filter(|line| line.trim_start_matches(['\u{feff}', ' ', '\t']).starts_with('#')).count();
        for header in layout.statements.iter().filter(|statement| statement.is_header) {
            let path: Vec<&str> = header.path.iter().map(String::as_str).collect();
            if !layout.item(&header.path).unwrap().unwrap().is_table() {
                continue;
            }
            let Cut { rest, piece } = cut(&text, &path, &path).unwrap().unwrap();
            prop_assert!(comments(&rest) + comments(&piece) >= comments(&text), "{path:?}\n{rest}\n---\n{piece}");
            let there = splice(&text, &[Change::rename(&path, "zz-9")]).unwrap();
            let back: Vec<&str> = path[..path.len() - 1].iter().copied().chain(["zz-9"]).collect();
            let again = splice(&there, &[Change::rename(&back, path[path.len() - 1])]).unwrap();
            let unspaced = |text: &str| text.replace([' ', '"'], "");
            prop_assert_eq!(unspaced(&again), unspaced(&text));
        }
    }

    #[test]
    fn any_bytes_are_edited_or_refused(text in ".{0,60}", path in proptest::collection::vec(".{0,4}", 0..4), form in 0..3_u8) {
        let change = match form {
            0 => Change::Set { path, value: 1.into() },
            1 => Change::Remove { path },
            _ => Change::Restore { path, source: text.clone() },
        };
        let outcome = splice(&text, std::slice::from_ref(&change));
        prop_assert!(!matches!(outcome, Err(EditError::Unverified { .. })), "{text:?} {change:?}");
    }
}
