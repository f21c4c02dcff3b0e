
use builtin;
use str;

set edit:completion:arg-completer[codexgw] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'codexgw'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'codexgw'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand demo 'See the real Codex work through codexgw: no key, no provider, nothing of yours touched'
            cand add 'Add a provider: store its key, ask what it speaks, write what Codex needs'
            cand list 'List the providers that are configured'
            cand providers 'Show the providers that codexgw knows, configured or not'
            cand models 'Show which models there are, what they cost and what they can do'
            cand migrate 'Mend what today''s Codex refuses or ignores in your files, or take over the providers of another tool'
            cand run 'Start Codex on a profile or provider'
            cand probe 'Ask a provider what it can do, wire by wire, and say how to use it'
            cand doctor 'Find out what is wrong, and mend it'
            cand explain 'Say what an error of Codex means, and what mends it'
            cand use 'Make a provider or profile Codex''s default, also for the IDE extension and the desktop app'
            cand off 'Put Codex back on what was its default before `use`'
            cand profile 'Add, list and remove profiles: one name for a provider and a model'
            cand key 'Set, delete and list the keys of providers'
            cand remove 'Remove a provider: its key, its settings, its profiles and its table in Codex''s configuration'
            cand config 'Find, see and edit Codex''s config.toml, profile files, and codexgw''s own settings'
            cand undo 'Put back the files as they were before a change; the last one, unless another is named'
            cand gateway 'Run, look at, stop and move the local gateway'
            cand token 'Print the token that Codex sends; this is what Codex calls'
            cand completions 'Print the completion script of a shell'
            cand uninstall 'Take out everything: keys, provider tables, profiles, settings, the gateway'
        }
        &'codexgw;demo'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -y 'Do not ask before Codex is fetched with npx when it is not installed'
            cand --yes 'Do not ask before Codex is fetched with npx when it is not installed'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;add'= {
            cand --base-url 'Where the provider is; needed for `custom`'
            cand --endpoint 'Which of its endpoints, where it has several: another region or plan (see `codexgw providers show`)'
            cand --id 'The name to give it here'
            cand --model 'The model to start with, by the provider''s own name; more may follow'
            cand --profile 'Name of the profile to write; the id when left out'
            cand --key-from-env 'Read the key from this variable now, and store it'
            cand --key-command 'Run this program for the key whenever it is needed, such as `pass show lab` or `op read op://…`'
            cand --env-key 'Let Codex read this variable itself (direct road only)'
            cand --store 'Where to keep the key'
            cand --via 'How Codex reaches it: by itself, or through the gateway'
            cand --wire 'What it speaks'
            cand --key-header 'The header that the key goes in, when the probe cannot find out'
            cand --query 'Send this query parameter along (`NAME=VALUE`)'
            cand --header 'Send this header along (`NAME=VALUE`), for values that are no secret'
            cand --header-stdin 'Send this header along, its secret value read from standard input (after the key, one line each)'
            cand --key 'key'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --default 'Make it Codex''s default too'
            cand --key-stdin 'Read the key from standard input'
            cand --no-probe 'Ask the provider nothing'
            cand --dry-run 'Show what would change, and change nothing'
            cand --force 'Replace a provider, profile or gateway table of the same name without asking'
            cand --json 'Print what was done as JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'codexgw;list'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;providers'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand show 'Show all that is known of one provider'
        }
        &'codexgw;providers;show'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;models'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --offline 'Ask nobody; show what the settings and codexgw''s own tables know'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand test 'Measure whether a model can carry Codex'
            cand refresh 'Ask providers again what their models can do, and tell Codex'
        }
        &'codexgw;models;test'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --save 'Keep in the settings what was found, so that Codex is told; the model is then among those chosen'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;models;refresh'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;migrate'= {
            cand --from 'Set up here the providers that another tool holds'
            cand --path 'The tool''s file, when it is not where the tool keeps it'
            cand --speaks 'What a provider of your own really speaks, such as `lab=chat`; it is put behind the gateway, which translates'
            cand --model 'The model to start with, where your files name none for it'
            cand --store 'Where to keep the keys'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --dry-run 'Show what would be done, and do nothing'
            cand --project 'Take over the provider settings of the trusted project here, which Codex ignores there; always asks'
            cand --yes 'Do it without asking'
            cand --no-probe 'Ask the other tool''s providers nothing'
            cand --json 'Print what was found as JSON; changes something only with --yes'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'codexgw;run'= {
            cand -p 'The profile to start on'
            cand --profile 'The profile to start on'
            cand --provider 'The provider to start on'
            cand -m 'Another model of that provider, by the provider''s own name'
            cand --model 'Another model of that provider, by the provider''s own name'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --ephemeral 'Pass everything on the command line and write nothing into Codex''s home but its own session'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;probe'= {
            cand --base-url 'Ask it at this address'
            cand --endpoint 'Ask this one of its endpoints: another region or plan (see `codexgw providers show`)'
            cand --model 'The model to ask, by the provider''s own name'
            cand --key-from-env 'Read the key from this variable'
            cand --wire 'Ask this wire alone'
            cand --key 'key'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --key-stdin 'Read the key from standard input'
            cand --save 'Keep what was found as the provider''s settings'
            cand --dry-run 'With --save: show what would change, and change nothing'
            cand --strict 'Count it as wrong when something of what Codex sends would be lost'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'codexgw;doctor'= {
            cand --only 'Look only for this; may be given several times'
            cand --bundle 'Write a report for an issue into FILE, without secrets'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --fix 'Mend what can be mended, then look again'
            cand --json 'Print JSON'
            cand --offline 'Ask nobody over the network'
            cand --run 'Run the real Codex for one turn too; costs what one turn costs'
            cand --force 'Replace the file of `--bundle`'
            cand --list 'List what is looked at'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;explain'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;use'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;off'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;profile'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand add 'Add a profile for a second model'
            cand list 'List the profiles made by codexgw'
            cand remove 'Take out a profile; what you added to its file yourself stays'
        }
        &'codexgw;profile;add'= {
            cand --provider 'The provider, as `codexgw list` shows it'
            cand --model 'The model, by the provider''s own name'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;profile;list'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;profile;remove'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;key'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand set 'Store a provider''s key; it is asked for, or read from standard input'
            cand delete 'Delete a provider''s key, or one that has outlived its provider'
            cand list 'Say where each provider''s key is and how that answered, never the key'
        }
        &'codexgw;key;set'= {
            cand --store 'Keep it there from now on'
            cand --key 'key'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --key-stdin 'Read it from standard input, also on a terminal'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'codexgw;key;delete'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;key;list'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;remove'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --keep-table 'Leave a direct provider''s table in config.toml, so that its sessions can be resumed'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;config'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand path 'Print where the file is'
            cand show 'Print the file, credentials left out'
            cand edit 'Open the file in `$VISUAL` or `$EDITOR`; save it only if Codex accepts it'
            cand schema 'Print the JSON Schema of codexgw''s settings'
        }
        &'codexgw;config;path'= {
            cand --profile 'The file of this profile instead'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --settings 'codexgw''s own settings instead'
            cand --json 'Print where all files are, as JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;config;show'= {
            cand --profile 'The file of this profile instead'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --settings 'codexgw''s own settings instead'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;config;edit'= {
            cand --profile 'The file of this profile instead'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --settings 'codexgw''s own settings instead'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;config;schema'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;undo'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --list 'List the changes that can be undone'
            cand --show 'Show what the change did, and change nothing'
            cand --force 'Put the files back even if they were changed since'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;gateway'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
            cand serve 'Run the gateway in the foreground'
            cand status 'Say whether the gateway is up; exit code 1 when it is not'
            cand stop 'Stop the gateway; Codex starts it again when it needs it'
            cand move 'Give the gateway another port'
        }
        &'codexgw;gateway;serve'= {
            cand --port 'Listen on this port, for this run only'
            cand --idle-exit 'End after this many seconds without a request'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --strict 'Refuse requests of which something cannot be carried over to the provider'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;gateway;status'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --json 'Print JSON'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;gateway;stop'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;gateway;move'= {
            cand --port 'The port; a free one is chosen when it is left out'
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;token'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'codexgw;completions'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'codexgw;uninstall'= {
            cand --home 'Keep everything that is codexgw''s own in DIR'
            cand -y 'Do not ask'
            cand --yes 'Do not ask'
            cand --dry-run 'Show what would change, and change nothing'
            cand -v 'Say on stderr what happens inside; twice and three times for more'
            cand --verbose 'Say on stderr what happens inside; twice and three times for more'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
