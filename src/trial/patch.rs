//! The patch format of Codex's `apply_patch` tool, checked no stricter than Codex reads it: blanks at the end of a line and
//! around the marks are no fault.
//!
//! <https://github.com/openai/codex/blob/main/codex-rs/apply-patch/apply_patch_tool_instructions.md>

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";
const END_OF_FILE: &str = "*** End of File";

/// Whether a text is a patch that changes `old`, the text of the one `file`, into `new`.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check(patch: &str, file: &str, old: &str, new: &str) -> Result<(), String> {
    let lines: Vec<&str> = patch.trim().lines().collect();
    // Codex takes what stands in a shell's here-document out of it.
    let lines = match lines.as_slice() {
        ["<<EOF" | "<<'EOF'" | "<<\"EOF\"", inner @ .., last] if last.ends_with("EOF") => inner.to_vec(),
        _ => lines,
    };
    let inner = match lines.as_slice() {
        [first, inner @ .., last] if first.trim() == BEGIN && last.trim() == END => inner,
        [first, ..] if first.trim() == BEGIN => return Err(format!("the patch does not end with `{END}`")),
        _ => return Err(format!("the patch does not begin with `{BEGIN}`")),
    };
    let [header, hunks @ ..] = inner else { return Err("the patch is empty".to_owned()) };
    let named = header.strip_prefix("*** Update File: ").ok_or("it has no `*** Update File: …` line")?;
    if named.trim().trim_start_matches("./") != file {
        return Err(format!("it names another file than `{file}`"));
    }
    let changed = apply(hunks, &old.lines().collect::<Vec<_>>())?;
    if is_same(&changed, &new.lines().collect::<Vec<_>>()) {
        Ok(())
    } else {
        Err("it changes something else".to_owned())
    }
}

/// One hunk: the lines that have to be there, and those that are to be in their place.
#[derive(Default)]
struct Hunk<'a> {
    /// A line that comes somewhere before it.
    after: Option<&'a str>,
    old: Vec<&'a str>,
    new: Vec<&'a str>,
}

fn apply<'a>(hunks: &[&'a str], file: &[&'a str]) -> Result<Vec<&'a str>, String> {
    let mut out = Vec::new();
    let mut at = 0;
    for hunk in parse(hunks)? {
        if let Some(after) = hunk.after {
            let Some(found) = file[at..].iter().position(|line| line.trim() == after.trim()) else {
                return Err(format!("its `@@ {after}` names no line of the file"));
            };
            out.extend_from_slice(&file[at..=at + found]);
            at += found + 1;
        }
        let rest = &file[at..];
        let found = rest.windows(hunk.old.len().max(1)).position(|lines| is_same(lines, &hunk.old));
        let Some(found) = found else { return Err("its context is not in the file".to_owned()) };
        out.extend_from_slice(&rest[..found]);
        out.extend_from_slice(&hunk.new);
        at += found + hunk.old.len();
    }
    out.extend_from_slice(&file[at..]);
    Ok(out)
}

fn is_same(lines: &[&str], others: &[&str]) -> bool {
    lines.iter().map(|line| line.trim_end()).eq(others.iter().map(|line| line.trim_end()))
}

fn parse<'a>(lines: &[&'a str]) -> Result<Vec<Hunk<'a>>, String> {
    let mut hunks: Vec<Hunk<'a>> = Vec::new();
    for line in lines {
        if *line == "@@" || line.starts_with("@@ ") {
            let after = line.strip_prefix("@@ ").filter(|after| !after.trim().is_empty());
            hunks.push(Hunk { after, ..Hunk::default() });
            continue;
        }
        if *line == END_OF_FILE {
            continue;
        }
        // Only the first hunk may do without its header.
        if hunks.is_empty() {
            hunks.push(Hunk::default());
        }
        let Some(hunk) = hunks.last_mut() else { continue };
        match (line.chars().next(), line.get(1..)) {
            (Some('+'), Some(text)) => hunk.new.push(text),
            (Some('-'), Some(text)) => hunk.old.push(text),
            (Some(' '), Some(text)) => {
                hunk.old.push(text);
                hunk.new.push(text);
            }
            (None, _) => {
                hunk.old.push("");
                hunk.new.push("");
            }
            _ => return Err("a line begins with none of ` `, `+`, `-`".to_owned()),
        }
    }
    if hunks.iter().any(|hunk| hunk.old.is_empty()) { Err("a hunk has no context".to_owned()) } else { Ok(hunks) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "one\ntwo\nthree\n";
    const NEW: &str = "one\n2\nthree\n";

    #[test]
    fn patches_are_told_from_what_only_looks_like_one() {
        let patch = |inner: &str| format!("*** Begin Patch\n{inner}\n*** End Patch");
        for (text, expected) in [
            (patch("*** Update File: a.txt\n@@\n one\n-two\n+2\n three"), Ok(())),
            (patch("*** Update File: a.txt\n@@\n-two\n+2") + "\n", Ok(())),
            (patch("*** Update File: ./a.txt\n@@ one\n-two\n+2\n three\n*** End of File"), Ok(())),
            ("<<'EOF'\n".to_owned() + &patch("*** Update File: a.txt\n@@\n-two\n+2") + "\nEOF", Ok(())),
            (
                patch("*** Update File: a.txt\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three"),
                Err("its `@@ -1,3 +1,3 @@` names no line of the file"),
            ),
            (patch("*** Update File: a.txt\n-two\n+2"), Ok(())),
            (patch("*** Update File: a.txt \n@@\n one \n-two\n+2 \n three "), Ok(())),
            (patch("*** Update File: b.txt\n@@\n-two\n+2"), Err("it names another file than `a.txt`")),
            (patch("*** Update File: a.txt\n@@\n-zwei\n+2"), Err("its context is not in the file")),
            (patch("*** Update File: a.txt\n@@\n-two\n+three"), Err("it changes something else")),
            (patch("*** Update File: a.txt\n@@\n+2"), Err("a hunk has no context")),
            (patch("*** Update File: a.txt\n@@\ntwo\n+2"), Err("a line begins with none of ` `, `+`, `-`")),
            (patch("*** Update File: a.txt\n@@\n-two\n+2\n@@\n-one\n+1"), Err("its context is not in the file")),
            (patch("--- a.txt\n+++ a.txt\n@@ -1 +1 @@\n-two\n+2"), Err("it has no `*** Update File: …` line")),
            ("*** Begin Patch\n*** End Patch".to_owned(), Err("the patch is empty")),
            ("*** Begin Patch\n*** Update File: a.txt".to_owned(), Err("the patch does not end with `*** End Patch`")),
            (
                "```\n*** Begin Patch\n*** End Patch\n```".to_owned(),
                Err("the patch does not begin with `*** Begin Patch`"),
            ),
            ("{\"input\": \"\"}".to_owned(), Err("the patch does not begin with `*** Begin Patch`")),
            (String::new(), Err("the patch does not begin with `*** Begin Patch`")),
        ] {
            let expected = expected.map_err(str::to_owned);
            assert_eq!(check(&text, "a.txt", OLD, NEW), expected, "{text}");
        }
    }
}
