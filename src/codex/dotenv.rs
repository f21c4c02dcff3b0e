//! `.env` in Codex's folder: Codex 0.169.0 sets what stands there before it reads its configuration, over what the shell
//! has set. Names of its own (`CODEX_…`) are left out.

use std::collections::BTreeMap;

/// The variables that a text of that form sets.
pub fn variables(text: &str) -> BTreeMap<String, String> {
    let of_line = |line: &str| {
        let line = line.trim();
        let (name, value) = line.strip_prefix("export ").unwrap_or(line).split_once('=')?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let is_codexs_own = name.to_ascii_uppercase().starts_with("CODEX_");
        (is_name && !is_codexs_own).then(|| (name.to_owned(), plain(value.trim()).to_owned()))
    };
    text.lines().filter_map(of_line).collect()
}

/// Without the quotes around it, or the comment behind it.
fn plain(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inside, _)) = value.strip_prefix(quote).and_then(|rest| rest.split_once(quote)) {
            return inside;
        }
    }
    value.split(" #").next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::variables;

    #[test]
    fn lines_become_variables() {
        let text = "# mine\nA=1\nexport B = \"x y\" # c\nC='#'\nD=v # c\nCODEX_HOME=/x\nnonsense\n=\nE=\n";
        let found: Vec<_> = variables(text).into_iter().collect();
        let expected = [("A", "1"), ("B", "x y"), ("C", "#"), ("D", "v"), ("E", "")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
