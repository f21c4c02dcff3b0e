# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_codexgw_global_optspecs
    string join \n home= v/verbose h/help V/version
end

function __fish_codexgw_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_codexgw_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_codexgw_using_subcommand
    set -l cmd (__fish_codexgw_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c codexgw -n "__fish_codexgw_needs_command" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_needs_command" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_needs_command" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_needs_command" -s V -l version -d 'Print version'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "demo" -d 'See the real Codex work through codexgw: no key, no provider, nothing of yours touched'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "add" -d 'Add a provider: store its key, ask what it speaks, write what Codex needs'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "list" -d 'List the providers that are configured'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "providers" -d 'Show the providers that codexgw knows, configured or not'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "models" -d 'Show which models there are, what they cost and what they can do'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "migrate" -d 'Mend what today\'s Codex refuses or ignores in your files, or take over the providers of another tool'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "run" -d 'Start Codex on a profile or provider'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "probe" -d 'Ask a provider what it can do, wire by wire, and say how to use it'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "doctor" -d 'Find out what is wrong, and mend it'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "explain" -d 'Say what an error of Codex means, and what mends it'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "use" -d 'Make a provider or profile Codex\'s default, also for the IDE extension and the desktop app'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "off" -d 'Put Codex back on what was its default before `use`'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "profile" -d 'Add, list and remove profiles: one name for a provider and a model'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "key" -d 'Set, delete and list the keys of providers'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "remove" -d 'Remove a provider: its key, its settings, its profiles and its table in Codex\'s configuration'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "config" -d 'Find, see and edit Codex\'s config.toml, profile files, and codexgw\'s own settings'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "undo" -d 'Put back the files as they were before a change; the last one, unless another is named'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "gateway" -d 'Run, look at, stop and move the local gateway'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "token" -d 'Print the token that Codex sends; this is what Codex calls'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c codexgw -n "__fish_codexgw_needs_command" -f -a "uninstall" -d 'Take out everything: keys, provider tables, profiles, settings, the gateway'
complete -c codexgw -n "__fish_codexgw_using_subcommand demo" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand demo" -s y -l yes -d 'Do not ask before Codex is fetched with npx when it is not installed'
complete -c codexgw -n "__fish_codexgw_using_subcommand demo" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand demo" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l base-url -d 'Where the provider is; needed for `custom`' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l endpoint -d 'Which of its endpoints, where it has several: another region or plan (see `codexgw providers show`)' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l id -d 'The name to give it here' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l model -d 'The model to start with, by the provider\'s own name; more may follow' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l profile -d 'Name of the profile to write; the id when left out' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l key-from-env -d 'Read the key from this variable now, and store it' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l key-command -d 'Run this program for the key whenever it is needed, such as `pass show lab` or `op read op://…`' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l env-key -d 'Let Codex read this variable itself (direct road only)' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l store -d 'Where to keep the key' -r -f -a "keyring\t'The keyring of the operating system'
file\t'A file that only you can read'"
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l via -d 'How Codex reaches it: by itself, or through the gateway' -r -f -a "auto\t'Direct when the provider takes all that Codex sends, else the gateway'
direct\t'Codex talks to the provider itself'
gateway\t'Codex talks to the local gateway'"
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l wire -d 'What it speaks' -r -f -a "auto\t'Ask the provider'
responses\t'OpenAI Responses'
chat\t'OpenAI Chat Completions'
messages\t'Anthropic Messages'
gemini\t'Gemini\'s generateContent'"
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l key-header -d 'The header that the key goes in, when the probe cannot find out' -r -f -a "bearer\t'`Authorization: Bearer`'
x-api-key\t'Anthropic\'s'
x-goog-api-key\t'Google\'s'
api-key\t'Azure\'s'"
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l query -d 'Send this query parameter along (`NAME=VALUE`)' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l header -d 'Send this header along (`NAME=VALUE`), for values that are no secret' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l header-stdin -d 'Send this header along, its secret value read from standard input (after the key, one line each)' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l key -r
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l default -d 'Make it Codex\'s default too'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l key-stdin -d 'Read the key from standard input'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l no-probe -d 'Ask the provider nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l force -d 'Replace a provider, profile or gateway table of the same name without asking'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -l json -d 'Print what was done as JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codexgw -n "__fish_codexgw_using_subcommand list" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand list" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand list" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand list" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and not __fish_seen_subcommand_from show" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and not __fish_seen_subcommand_from show" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and not __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and not __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and not __fish_seen_subcommand_from show" -a "show" -d 'Show all that is known of one provider'
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and __fish_seen_subcommand_from show" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and __fish_seen_subcommand_from show" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand providers; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and not __fish_seen_subcommand_from test refresh" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and not __fish_seen_subcommand_from test refresh" -l offline -d 'Ask nobody; show what the settings and codexgw\'s own tables know'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and not __fish_seen_subcommand_from test refresh" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and not __fish_seen_subcommand_from test refresh" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and not __fish_seen_subcommand_from test refresh" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and not __fish_seen_subcommand_from test refresh" -a "test" -d 'Measure whether a model can carry Codex'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and not __fish_seen_subcommand_from test refresh" -a "refresh" -d 'Ask providers again what their models can do, and tell Codex'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from test" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from test" -l save -d 'Keep in the settings what was found, so that Codex is told; the model is then among those chosen'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from test" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from test" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from refresh" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from refresh" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from refresh" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand models; and __fish_seen_subcommand_from refresh" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l from -d 'Set up here the providers that another tool holds' -r -f -a "cc-switch\t'CC Switch\'s providers for Codex, Claude Code and Gemini CLI'
litellm\t'What a LiteLLM proxy\'s `config.yaml` sends requests to'
env\t'The variables of this shell'"
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l path -d 'The tool\'s file, when it is not where the tool keeps it' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l speaks -d 'What a provider of your own really speaks, such as `lab=chat`; it is put behind the gateway, which translates' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l model -d 'The model to start with, where your files name none for it' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l store -d 'Where to keep the keys' -r -f -a "keyring\t'The keyring of the operating system'
file\t'A file that only you can read'"
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l dry-run -d 'Show what would be done, and do nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l project -d 'Take over the provider settings of the trusted project here, which Codex ignores there; always asks'
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l yes -d 'Do it without asking'
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l no-probe -d 'Ask the other tool\'s providers nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -l json -d 'Print what was found as JSON; changes something only with --yes'
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codexgw -n "__fish_codexgw_using_subcommand run" -s p -l profile -d 'The profile to start on' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand run" -l provider -d 'The provider to start on' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand run" -s m -l model -d 'Another model of that provider, by the provider\'s own name' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand run" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand run" -l ephemeral -d 'Pass everything on the command line and write nothing into Codex\'s home but its own session'
complete -c codexgw -n "__fish_codexgw_using_subcommand run" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand run" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l base-url -d 'Ask it at this address' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l endpoint -d 'Ask this one of its endpoints: another region or plan (see `codexgw providers show`)' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l model -d 'The model to ask, by the provider\'s own name' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l key-from-env -d 'Read the key from this variable' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l wire -d 'Ask this wire alone' -r -f -a "auto\t'Ask the provider'
responses\t'OpenAI Responses'
chat\t'OpenAI Chat Completions'
messages\t'Anthropic Messages'
gemini\t'Gemini\'s generateContent'"
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l key -r
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l key-stdin -d 'Read the key from standard input'
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l save -d 'Keep what was found as the provider\'s settings'
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l dry-run -d 'With --save: show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l strict -d 'Count it as wrong when something of what Codex sends would be lost'
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand probe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l only -d 'Look only for this; may be given several times' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l bundle -d 'Write a report for an issue into FILE, without secrets' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l fix -d 'Mend what can be mended, then look again'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l offline -d 'Ask nobody over the network'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l run -d 'Run the real Codex for one turn too; costs what one turn costs'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l force -d 'Replace the file of `--bundle`'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -l list -d 'List what is looked at'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand explain" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand explain" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand explain" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand explain" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand use" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand use" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand use" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand use" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand off" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand off" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand off" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand off" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and not __fish_seen_subcommand_from add list remove" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and not __fish_seen_subcommand_from add list remove" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and not __fish_seen_subcommand_from add list remove" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and not __fish_seen_subcommand_from add list remove" -f -a "add" -d 'Add a profile for a second model'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and not __fish_seen_subcommand_from add list remove" -f -a "list" -d 'List the profiles made by codexgw'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and not __fish_seen_subcommand_from add list remove" -f -a "remove" -d 'Take out a profile; what you added to its file yourself stays'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from add" -l provider -d 'The provider, as `codexgw list` shows it' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from add" -l model -d 'The model, by the provider\'s own name' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from add" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from add" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from list" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from list" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from remove" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from remove" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand profile; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and not __fish_seen_subcommand_from set delete list" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and not __fish_seen_subcommand_from set delete list" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and not __fish_seen_subcommand_from set delete list" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and not __fish_seen_subcommand_from set delete list" -f -a "set" -d 'Store a provider\'s key; it is asked for, or read from standard input'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and not __fish_seen_subcommand_from set delete list" -f -a "delete" -d 'Delete a provider\'s key, or one that has outlived its provider'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and not __fish_seen_subcommand_from set delete list" -f -a "list" -d 'Say where each provider\'s key is and how that answered, never the key'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from set" -l store -d 'Keep it there from now on' -r -f -a "keyring\t'The keyring of the operating system'
file\t'A file that only you can read'"
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from set" -l key -r
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from set" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from set" -l key-stdin -d 'Read it from standard input, also on a terminal'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from set" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from delete" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from list" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from list" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand key; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand remove" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand remove" -s y -l yes -d 'Do not ask'
complete -c codexgw -n "__fish_codexgw_using_subcommand remove" -l keep-table -d 'Leave a direct provider\'s table in config.toml, so that its sessions can be resumed'
complete -c codexgw -n "__fish_codexgw_using_subcommand remove" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand remove" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand remove" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and not __fish_seen_subcommand_from path show edit schema" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and not __fish_seen_subcommand_from path show edit schema" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and not __fish_seen_subcommand_from path show edit schema" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and not __fish_seen_subcommand_from path show edit schema" -f -a "path" -d 'Print where the file is'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and not __fish_seen_subcommand_from path show edit schema" -f -a "show" -d 'Print the file, credentials left out'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and not __fish_seen_subcommand_from path show edit schema" -f -a "edit" -d 'Open the file in `$VISUAL` or `$EDITOR`; save it only if Codex accepts it'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and not __fish_seen_subcommand_from path show edit schema" -f -a "schema" -d 'Print the JSON Schema of codexgw\'s settings'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'The file of this profile instead' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from path" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from path" -l settings -d 'codexgw\'s own settings instead'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Print where all files are, as JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'The file of this profile instead' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from show" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from show" -l settings -d 'codexgw\'s own settings instead'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from edit" -l profile -d 'The file of this profile instead' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from edit" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from edit" -l settings -d 'codexgw\'s own settings instead'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from schema" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from schema" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand config; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand undo" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand undo" -l list -d 'List the changes that can be undone'
complete -c codexgw -n "__fish_codexgw_using_subcommand undo" -l show -d 'Show what the change did, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand undo" -l force -d 'Put the files back even if they were changed since'
complete -c codexgw -n "__fish_codexgw_using_subcommand undo" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand undo" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand undo" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and not __fish_seen_subcommand_from serve status stop move" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and not __fish_seen_subcommand_from serve status stop move" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and not __fish_seen_subcommand_from serve status stop move" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and not __fish_seen_subcommand_from serve status stop move" -f -a "serve" -d 'Run the gateway in the foreground'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and not __fish_seen_subcommand_from serve status stop move" -f -a "status" -d 'Say whether the gateway is up; exit code 1 when it is not'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and not __fish_seen_subcommand_from serve status stop move" -f -a "stop" -d 'Stop the gateway; Codex starts it again when it needs it'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and not __fish_seen_subcommand_from serve status stop move" -f -a "move" -d 'Give the gateway another port'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from serve" -l port -d 'Listen on this port, for this run only' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from serve" -l idle-exit -d 'End after this many seconds without a request' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from serve" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from serve" -l strict -d 'Refuse requests of which something cannot be carried over to the provider'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from serve" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from serve" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from status" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from status" -l json -d 'Print JSON'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from stop" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from move" -l port -d 'The port; a free one is chosen when it is left out' -r
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from move" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from move" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from move" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand gateway; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand token" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand token" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand token" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c codexgw -n "__fish_codexgw_using_subcommand completions" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand completions" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand completions" -s h -l help -d 'Print help'
complete -c codexgw -n "__fish_codexgw_using_subcommand uninstall" -l home -d 'Keep everything that is codexgw\'s own in DIR' -r -F
complete -c codexgw -n "__fish_codexgw_using_subcommand uninstall" -s y -l yes -d 'Do not ask'
complete -c codexgw -n "__fish_codexgw_using_subcommand uninstall" -l dry-run -d 'Show what would change, and change nothing'
complete -c codexgw -n "__fish_codexgw_using_subcommand uninstall" -s v -l verbose -d 'Say on stderr what happens inside; twice and three times for more'
complete -c codexgw -n "__fish_codexgw_using_subcommand uninstall" -s h -l help -d 'Print help'
