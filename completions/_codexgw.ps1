
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'codexgw' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'codexgw'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'codexgw' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'See the real Codex work through codexgw: no key, no provider, nothing of yours touched')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a provider: store its key, ask what it speaks, write what Codex needs')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the providers that are configured')
            [CompletionResult]::new('providers', 'providers', [CompletionResultType]::ParameterValue, 'Show the providers that codexgw knows, configured or not')
            [CompletionResult]::new('models', 'models', [CompletionResultType]::ParameterValue, 'Show which models there are, what they cost and what they can do')
            [CompletionResult]::new('migrate', 'migrate', [CompletionResultType]::ParameterValue, 'Mend what today''s Codex refuses or ignores in your files, or take over the providers of another tool')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Start Codex on a profile or provider')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Ask a provider what it can do, wire by wire, and say how to use it')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Find out what is wrong, and mend it')
            [CompletionResult]::new('explain', 'explain', [CompletionResultType]::ParameterValue, 'Say what an error of Codex means, and what mends it')
            [CompletionResult]::new('use', 'use', [CompletionResultType]::ParameterValue, 'Make a provider or profile Codex''s default, also for the IDE extension and the desktop app')
            [CompletionResult]::new('off', 'off', [CompletionResultType]::ParameterValue, 'Put Codex back on what was its default before `use`')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'Add, list and remove profiles: one name for a provider and a model')
            [CompletionResult]::new('key', 'key', [CompletionResultType]::ParameterValue, 'Set, delete and list the keys of providers')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Remove a provider: its key, its settings, its profiles and its table in Codex''s configuration')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Find, see and edit Codex''s config.toml, profile files, and codexgw''s own settings')
            [CompletionResult]::new('undo', 'undo', [CompletionResultType]::ParameterValue, 'Put back the files as they were before a change; the last one, unless another is named')
            [CompletionResult]::new('gateway', 'gateway', [CompletionResultType]::ParameterValue, 'Run, look at, stop and move the local gateway')
            [CompletionResult]::new('token', 'token', [CompletionResultType]::ParameterValue, 'Print the token that Codex sends; this is what Codex calls')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take out everything: keys, provider tables, profiles, settings, the gateway')
            break
        }
        'codexgw;demo' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask before Codex is fetched with npx when it is not installed')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask before Codex is fetched with npx when it is not installed')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;add' {
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Where the provider is; needed for `custom`')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Which of its endpoints, where it has several: another region or plan (see `codexgw providers show`)')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'The name to give it here')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model to start with, by the provider''s own name; more may follow')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Name of the profile to write; the id when left out')
            [CompletionResult]::new('--key-from-env', '--key-from-env', [CompletionResultType]::ParameterName, 'Read the key from this variable now, and store it')
            [CompletionResult]::new('--key-command', '--key-command', [CompletionResultType]::ParameterName, 'Run this program for the key whenever it is needed, such as `pass show lab` or `op read op://…`')
            [CompletionResult]::new('--env-key', '--env-key', [CompletionResultType]::ParameterName, 'Let Codex read this variable itself (direct road only)')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where to keep the key')
            [CompletionResult]::new('--via', '--via', [CompletionResultType]::ParameterName, 'How Codex reaches it: by itself, or through the gateway')
            [CompletionResult]::new('--wire', '--wire', [CompletionResultType]::ParameterName, 'What it speaks')
            [CompletionResult]::new('--key-header', '--key-header', [CompletionResultType]::ParameterName, 'The header that the key goes in, when the probe cannot find out')
            [CompletionResult]::new('--query', '--query', [CompletionResultType]::ParameterName, 'Send this query parameter along (`NAME=VALUE`)')
            [CompletionResult]::new('--header', '--header', [CompletionResultType]::ParameterName, 'Send this header along (`NAME=VALUE`), for values that are no secret')
            [CompletionResult]::new('--header-stdin', '--header-stdin', [CompletionResultType]::ParameterName, 'Send this header along, its secret value read from standard input (after the key, one line each)')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'key')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--default', '--default', [CompletionResultType]::ParameterName, 'Make it Codex''s default too')
            [CompletionResult]::new('--key-stdin', '--key-stdin', [CompletionResultType]::ParameterName, 'Read the key from standard input')
            [CompletionResult]::new('--no-probe', '--no-probe', [CompletionResultType]::ParameterName, 'Ask the provider nothing')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace a provider, profile or gateway table of the same name without asking')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print what was done as JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'codexgw;list' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;providers' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show all that is known of one provider')
            break
        }
        'codexgw;providers;show' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;models' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Ask nobody; show what the settings and codexgw''s own tables know')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Measure whether a model can carry Codex')
            [CompletionResult]::new('refresh', 'refresh', [CompletionResultType]::ParameterValue, 'Ask providers again what their models can do, and tell Codex')
            break
        }
        'codexgw;models;test' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'Keep in the settings what was found, so that Codex is told; the model is then among those chosen')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;models;refresh' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;migrate' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'Set up here the providers that another tool holds')
            [CompletionResult]::new('--path', '--path', [CompletionResultType]::ParameterName, 'The tool''s file, when it is not where the tool keeps it')
            [CompletionResult]::new('--speaks', '--speaks', [CompletionResultType]::ParameterName, 'What a provider of your own really speaks, such as `lab=chat`; it is put behind the gateway, which translates')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model to start with, where your files name none for it')
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Where to keep the keys')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be done, and do nothing')
            [CompletionResult]::new('--project', '--project', [CompletionResultType]::ParameterName, 'Take over the provider settings of the trusted project here, which Codex ignores there; always asks')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--no-probe', '--no-probe', [CompletionResultType]::ParameterName, 'Ask the other tool''s providers nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print what was found as JSON; changes something only with --yes')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'codexgw;run' {
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'The profile to start on')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to start on')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'The provider to start on')
            [CompletionResult]::new('-m', '-m', [CompletionResultType]::ParameterName, 'Another model of that provider, by the provider''s own name')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'Another model of that provider, by the provider''s own name')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--ephemeral', '--ephemeral', [CompletionResultType]::ParameterName, 'Pass everything on the command line and write nothing into Codex''s home but its own session')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;probe' {
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'Ask it at this address')
            [CompletionResult]::new('--endpoint', '--endpoint', [CompletionResultType]::ParameterName, 'Ask this one of its endpoints: another region or plan (see `codexgw providers show`)')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model to ask, by the provider''s own name')
            [CompletionResult]::new('--key-from-env', '--key-from-env', [CompletionResultType]::ParameterName, 'Read the key from this variable')
            [CompletionResult]::new('--wire', '--wire', [CompletionResultType]::ParameterName, 'Ask this wire alone')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'key')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--key-stdin', '--key-stdin', [CompletionResultType]::ParameterName, 'Read the key from standard input')
            [CompletionResult]::new('--save', '--save', [CompletionResultType]::ParameterName, 'Keep what was found as the provider''s settings')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'With --save: show what would change, and change nothing')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Count it as wrong when something of what Codex sends would be lost')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'codexgw;doctor' {
            [CompletionResult]::new('--only', '--only', [CompletionResultType]::ParameterName, 'Look only for this; may be given several times')
            [CompletionResult]::new('--bundle', '--bundle', [CompletionResultType]::ParameterName, 'Write a report for an issue into FILE, without secrets')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Mend what can be mended, then look again')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Ask nobody over the network')
            [CompletionResult]::new('--run', '--run', [CompletionResultType]::ParameterName, 'Run the real Codex for one turn too; costs what one turn costs')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Replace the file of `--bundle`')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List what is looked at')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;explain' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;use' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;off' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;profile' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Add a profile for a second model')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the profiles made by codexgw')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take out a profile; what you added to its file yourself stays')
            break
        }
        'codexgw;profile;add' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'The provider, as `codexgw list` shows it')
            [CompletionResult]::new('--model', '--model', [CompletionResultType]::ParameterName, 'The model, by the provider''s own name')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;profile;list' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;profile;remove' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;key' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('set', 'set', [CompletionResultType]::ParameterValue, 'Store a provider''s key; it is asked for, or read from standard input')
            [CompletionResult]::new('delete', 'delete', [CompletionResultType]::ParameterValue, 'Delete a provider''s key, or one that has outlived its provider')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'Say where each provider''s key is and how that answered, never the key')
            break
        }
        'codexgw;key;set' {
            [CompletionResult]::new('--store', '--store', [CompletionResultType]::ParameterName, 'Keep it there from now on')
            [CompletionResult]::new('--key', '--key', [CompletionResultType]::ParameterName, 'key')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--key-stdin', '--key-stdin', [CompletionResultType]::ParameterName, 'Read it from standard input, also on a terminal')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'codexgw;key;delete' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;key;list' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;remove' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--keep-table', '--keep-table', [CompletionResultType]::ParameterName, 'Leave a direct provider''s table in config.toml, so that its sessions can be resumed')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;config' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('path', 'path', [CompletionResultType]::ParameterValue, 'Print where the file is')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print the file, credentials left out')
            [CompletionResult]::new('edit', 'edit', [CompletionResultType]::ParameterValue, 'Open the file in `$VISUAL` or `$EDITOR`; save it only if Codex accepts it')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of codexgw''s settings')
            break
        }
        'codexgw;config;path' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The file of this profile instead')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--settings', '--settings', [CompletionResultType]::ParameterName, 'codexgw''s own settings instead')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print where all files are, as JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;config;show' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The file of this profile instead')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--settings', '--settings', [CompletionResultType]::ParameterName, 'codexgw''s own settings instead')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;config;edit' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The file of this profile instead')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--settings', '--settings', [CompletionResultType]::ParameterName, 'codexgw''s own settings instead')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;config;schema' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;undo' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--list', '--list', [CompletionResultType]::ParameterName, 'List the changes that can be undone')
            [CompletionResult]::new('--show', '--show', [CompletionResultType]::ParameterName, 'Show what the change did, and change nothing')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Put the files back even if they were changed since')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;gateway' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Run the gateway in the foreground')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say whether the gateway is up; exit code 1 when it is not')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'Stop the gateway; Codex starts it again when it needs it')
            [CompletionResult]::new('move', 'move', [CompletionResultType]::ParameterValue, 'Give the gateway another port')
            break
        }
        'codexgw;gateway;serve' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Listen on this port, for this run only')
            [CompletionResult]::new('--idle-exit', '--idle-exit', [CompletionResultType]::ParameterName, 'End after this many seconds without a request')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--strict', '--strict', [CompletionResultType]::ParameterName, 'Refuse requests of which something cannot be carried over to the provider')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;gateway;status' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;gateway;stop' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;gateway;move' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port; a free one is chosen when it is left out')
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;token' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'codexgw;completions' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'codexgw;uninstall' {
            [CompletionResult]::new('--home', '--home', [CompletionResultType]::ParameterName, 'Keep everything that is codexgw''s own in DIR')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do not ask')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would change, and change nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what happens inside; twice and three times for more')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
