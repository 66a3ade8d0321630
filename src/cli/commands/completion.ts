/** The scripts that complete `content-library` in a shell. Each asks the hidden subcommand `complete` for the candidates. */

// The candidate `:files` means the names of files, which the shell completes itself.

const bash = `# Completes content-library in bash: source <(content-library completion bash)
_content_library() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
      return
    fi
    line=\${line%%$'\\t'*}
    [[ $line == */ ]] && compopt -o nospace
    COMPREPLY+=("$(printf '%q' "$line")")
  done < <(content-library complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _content_library content-library
`;

const zsh = `#compdef content-library
# Completes content-library in zsh: source <(content-library completion zsh), after compinit
_content_library() {
  local -a lines open whole
  lines=("\${(@f)$(content-library complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $lines[1] == :files ]]; then
    _files
    return
  fi
  lines=("\${(@)lines%%$'\\t'*}")
  open=("\${(@M)lines:#*/}")
  whole=("\${(@)lines:#*/}")
  compadd -S '' -a open
  compadd -a whole
}
compdef _content_library content-library
`;

const fish = `# Completes content-library in fish: content-library completion fish > ~/.config/fish/completions/content-library.fish
function __content_library
    set -l words (commandline -opc)
    set -l lines (content-library complete -- $words[2..] (commandline -ct) 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path (commandline -ct)
    else
        printf '%s\\n' $lines
    end
end
complete -c content-library -f -a '(__content_library)'
`;

/** Returns the script of a shell. */
export const scriptFor = (shell: 'bash' | 'fish' | 'zsh'): string => ({ bash, fish, zsh })[shell];
