//! Plain tables: a header, columns two spaces apart, no lines.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};

/// Lays rows out under a header, if there is one.
#[must_use]
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    if !header.is_empty() {
        table.set_header(header.to_vec());
    }
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.to_string().lines().map(|line| line.trim_end().to_owned() + "\n").collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_line_up_and_lines_end_bare() {
        let text = table(&["ID", "MODEL"], [vec!["a".into(), "m1".into()], vec!["longer".into(), "m".into()]]);
        assert_eq!(text, "ID      MODEL\na       m1\nlonger  m");
    }
}
