//! Shapes for [`cut()`], [`join()`] and [`Change::Rename`].

use super::{Change, Cut, EditError, cut, join, splice};

fn parts(text: &str, path: &[&str], to: &[&str]) -> (String, String) {
    let Cut { rest, piece } = cut(text, path, to).expect("a cut").expect("a table");
    (rest, piece)
}

#[test]
fn a_table_goes_with_its_comments_in_every_shape() {
    let cases = [
        // A header, a comment above, inside, behind, and a sub-table.
        (
            "model = 'a'\n\n# fast one\n[profiles.x] # why\n# inner\nmodel = 'b' # b\n\n[profiles.x.features]\nweb = true\n# end\n\n# other\n[tui]\nk = 1\n",
            "model = 'a'\n\n# other\n[tui]\nk = 1\n",
            "# fast one\n# why\n# inner\nmodel = 'b' # b\n\n[features]\nweb = true\n# end\n",
        ),
        // The comment above the next header is not ours.
        ("[profiles.x]\na = 1\n# about t\n[t]\nb = 2\n", "# about t\n[t]\nb = 2\n", "a = 1\n"),
        // Dotted keys, at the top and under a header.
        ("profiles.x.a = 1 # one\nb = 2\nprofiles.x.c.d = 3\n", "b = 2\n", "a = 1 # one\nc.d = 3\n"),
        ("[profiles]\nx.a = 1\ny.a = 2\n", "[profiles]\ny.a = 2\n", "a = 1\n"),
        // Between braces, and as a value.
        ("profiles = { x = { a = 'q', b = [1, 2] }, y = {} }\n", "profiles = { y = {} }\n", "a = 'q'\nb = [1, 2]\n"),
        ("[profiles]\nx = { a = 1 }\n", "[profiles]\n", "a = 1\n"),
        // Spread over the file; arrays of tables; quoted keys; no newline at the end.
        (
            "[profiles.x.b]\nk = 1\n\n[t]\n\n[profiles.x]\na = 1\n\n[[profiles.x.\"c d\"]]\nz = 2",
            "[t]",
            "a = 1\n[b]\nk = 1\n\n[[\"c d\"]]\nz = 2\n",
        ),
        ("[profiles.x]\n", "", ""),
        ("\u{feff}[profiles.x]\r\na = 1\r\n\r\n[t]\r\n", "\u{feff}[t]\r\n", "a = 1\r\n"),
    ];
    for (text, rest, piece) in cases {
        assert_eq!(parts(text, &["profiles", "x"], &[]), (rest.to_owned(), piece.to_owned()), "{text}");
    }
}

#[test]
fn a_table_keeps_or_changes_its_name() {
    let text = "# mine\n[model_providers.a]\nname = 'A'\n[model_providers.a.http_headers]\nx = '1'\n";
    let path = ["model_providers", "a"];
    assert_eq!(parts(text, &path, &path), (String::new(), text.to_owned()));
    let renamed = text.replace("providers.a", "providers.b");
    assert_eq!(parts(text, &path, &["model_providers", "b"]).1, renamed);
    let inline = "model_providers.a = { name = 'A' }\n";
    assert_eq!(parts(inline, &path, &path).1, "[model_providers.a]\nname = 'A'\n");
}

#[test]
fn what_is_no_table_is_not_cut() {
    assert_eq!(cut("a = 1\n", &["profiles", "x"], &[]), Ok(None));
    assert!(matches!(cut("[profiles]\nx = 1\n", &["profiles", "x"], &[]), Err(EditError::Conflict { .. })));
    assert!(matches!(cut("profiles = [", &["profiles", "x"], &[]), Err(EditError::Syntax { .. })));
}

#[test]
fn a_piece_joins_a_text_in_its_own_style() {
    for (text, piece, joined) in [
        ("", "[t]\na = 1\n", "[t]\na = 1\n"),
        ("m = 1\n", "[t]\n", "m = 1\n\n[t]\n"),
        ("m = 1", "[t]\n", "m = 1\n\n[t]\n"),
        ("m = 1\r\n", "[t]\na = 1\n", "m = 1\r\n\r\n[t]\r\na = 1\r\n"),
    ] {
        assert_eq!(join(text, piece).as_deref(), Ok(joined), "{text:?}");
    }
    assert!(join("[t]\n", "[t]\n").is_err());
}

#[test]
fn a_key_is_renamed_wherever_it_is_spelled() {
    for (text, renamed) in [
        (
            "[ p . \"old\" ] # keep old\nold = 'old'\n[p.old.h]\nx = 1\n[p.older]\n",
            "[ p . new ] # keep old\nold = 'old'\n[p.new.h]\nx = 1\n[p.older]\n",
        ),
        ("p.old.a = 1\np . 'old'.b = 2\n", "p.new.a = 1\np . new.b = 2\n"),
        ("[p]\nold.a = 1\nold.b = { c = 1 }\n", "[p]\nnew.a = 1\nnew.b = { c = 1 }\n"),
        ("p = { q = 1, old = { a = 1 } }\n", "p = { q = 1, new = { a = 1 } }\n"),
        ("[p]\nold = { a = 1 }\n", "[p]\nnew = { a = 1 }\n"),
        ("\u{feff}[p.old]\r\na=1", "\u{feff}[p.new]\r\na=1"),
        ("a = 1\n", "a = 1\n"),
    ] {
        assert_eq!(splice(text, &[Change::rename(&["p", "old"], "new")]).as_deref(), Ok(renamed), "{text}");
    }
    assert!(splice("[p.old]\n[p.new]\n", &[Change::rename(&["p", "old"], "new")]).is_err(), "taken");
    let dotted_in_braces = "p = { old.a = 1, old.b = 2 }\n";
    assert!(splice(dotted_in_braces, &[Change::rename(&["p", "old"], "new")]).is_err(), "refused, never half done");
}
