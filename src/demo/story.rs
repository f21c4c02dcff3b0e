//! What the scripted model of the demo does: it looks at a list of guests, writes a welcome for them, and edits it.

/// The model's name.
pub const MODEL: &str = "scripted-1";

/// The task that Codex is given.
pub const TASK: &str = "Read guests.txt and write welcome.md that greets every guest. Then add a closing line.";

/// The file that is there at the start.
pub const GUESTS_FILE: (&str, &str) = ("guests.txt", "Ada\nGrace\nHedy\n");

/// The file that is there at the end.
pub const WELCOME_FILE: (&str, &str) =
    ("welcome.md", "# Welcome\n\n- Hello, Ada!\n- Hello, Grace!\n- Hello, Hedy!\n\nMake yourselves at home.\n");

/// One turn of the model: a thought and a tool call.
pub struct Turn {
    pub thought: &'static str,
    pub tool: &'static str,
    pub argument: &'static str,
    pub text: String,
}

/// The first turn: look before writing.
pub fn look() -> Turn {
    Turn {
        thought: "I need to know who is coming before I write anything.",
        tool: "exec_command",
        argument: "cmd",
        text: "cat guests.txt".to_owned(),
    }
}

/// The names in the output of the first turn's command: the real file, read by the real Codex.
pub fn guests_in(output: &str) -> Vec<String> {
    let listing = output.split_once("Output:\n").map_or("", |(_, listing)| listing);
    listing.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The second turn: add a file.
pub fn add(guests: &[String]) -> Turn {
    let greetings: String = guests.iter().map(|guest| format!("+- Hello, {guest}!\n")).collect();
    Turn {
        thought: "Now I can greet each of them by name.",
        tool: "apply_patch",
        argument: "input",
        text: format!("*** Begin Patch\n*** Add File: {}\n+# Welcome\n+\n{greetings}*** End Patch\n", WELCOME_FILE.0),
    }
}

/// The third turn: edit it.
pub fn edit() -> Turn {
    Turn {
        thought: "A closing line is still missing.",
        tool: "apply_patch",
        argument: "input",
        text: format!(
            "*** Begin Patch\n*** Update File: {}\n@@\n - Hello, Hedy!\n+\n+Make yourselves at home.\n*** End Patch\n",
            WELCOME_FILE.0
        ),
    }
}

/// The last turn: say what was done.
pub fn farewell(guests: &[String]) -> String {
    format!("{} greets {} and closes with an invitation.", WELCOME_FILE.0, guests.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patches_of_the_story_make_the_file_that_is_expected() {
        let guests = guests_in(&format!("Process exited with code 0\nOutput:\n{}", GUESTS_FILE.1));
        let added: String = add(&guests)
            .text
            .lines()
            .filter_map(|line| line.strip_prefix('+'))
            .map(|line| line.to_owned() + "\n")
            .collect();
        let closing: String =
            edit().text.lines().filter_map(|line| line.strip_prefix('+')).map(|line| line.to_owned() + "\n").collect();
        assert_eq!(added + &closing, WELCOME_FILE.1);
    }
}
