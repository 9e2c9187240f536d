//! What start-up files hold every day: the commands, tools, files and variables of lines that only set something.

/// Commands that set options, keys and completions.
pub(super) const SETTERS: &str = "setopt unsetopt shopt bindkey autoload compinit bashcompinit promptinit colors zstyle zmodload set umask ulimit stty \
    compdef complete unset unalias disable emulate fish_add_path fish_config fish_vi_key_bindings fish_default_key_bindings abbr \
    set-psreadlineoption set-strictmode true false : return type hash which [ [[ test command";

/// Tools that print lines which set them up, or where they lie, if they are asked for that: `eval "$(starship init bash)"`.
pub(super) const TOOLS: &str = "starship zoxide direnv rbenv pyenv nodenv jenv goenv mise asdf fnm fzf atuin thefuck brew kubectl helm gh docker npm pip minikube oc k3d \
    kind flux argocd stern poetry rustup uv pdm pipx deno bun volta rtx oh-my-posh go just op chezmoi terraform glab k9s velero vagrant conda mamba \
    micromamba opam ng yarn pnpm";

/// What they are asked for then.
pub(super) const ASKED: &str = "init hook shellenv env completion completions activate shell.bash shell.zsh shell.fish shell prefix --prefix root bin --alias --bash --zsh \
    --fish --completion generate-shell-completion";

/// Programs that print a value and do no more.
pub(super) const PRINTERS: &str = "dircolors lesspipe tput tty uname hostname date whoami id nproc xdg-user-dir";

/// Programs that an alias doesn't begin with: they fetch, connect or run what they are given.
pub(super) const RUNNERS: &str = "curl wget nc ncat netcat socat sh bash zsh dash ksh fish eval source . exec perl ruby php node base64 openssl xxd telnet nohup setsid \
    builtin env xargs at crontab insmod powershell pwsh iex invoke-expression";

/// Files that are read in from where a start-up file stands, and folders (with a `/` at their end) that tools install such files to. A variable
/// is kept only where nothing in the same text sets it.
pub(super) const SOURCES: &str = "/usr/ /opt/ /etc/ /Library/ /snap/ /nix/ $()/ $ZSH/ $ZSH_CUSTOM/ $NVM_DIR/ $SDKMAN_DIR/ $PYENV_ROOT/ ~/.fzf.bash ~/.fzf.zsh ~/.fzf/ \
    ~/.p10k.zsh ~/.bash_aliases ~/.bash_completion ~/.bashrc ~/.bash_profile ~/.zshrc ~/.profile ~/.aliases ~/.cargo/env ~/.cargo/env.fish ~/.nix-profile/ \
    ~/.oh-my-zsh/ ~/.zplug/ ~/.zinit/ ~/.local/share/zinit/ ~/.asdf/ ~/.sdkman/ ~/.nvm/ ~/.iterm2_shell_integration.bash ~/.iterm2_shell_integration.zsh \
    ~/.ghcup/env ~/.local/bin/env ~/.config/broot/ ~/google-cloud-sdk/ ~/.deno/env ~/.rbenv/ ~/.pyenv/";

/// The variables among them, which other lines read files from, and where they lead.
pub(super) const FOLDERS: [(&[u8], &[u8]); 5] = [
    (b"ZSH", b"/.oh-my-zsh"),
    (b"ZSH_CUSTOM", b"/custom"),
    (b"NVM_DIR", b"/.nvm"),
    (b"SDKMAN_DIR", b"/.sdkman"),
    (b"PYENV_ROOT", b"/.pyenv"),
];

/// Variables that make programs run, load, send or trust something else, by their beginnings.
pub(super) const STEERING: &str = "LD_ DYLD_ BASH_ENV PROMPT_COMMAND PYTHONSTARTUP PYTHONPATH PYTHONHOME PERL5OPT PERL5LIB RUBYOPT RUBYLIB NODE_OPTIONS NODE_PATH NODE_EXTRA \
    NODE_TLS JAVA_TOOL _JAVA JDK_JAVA GIT_ SSH_ SUDO_ SSL_ CURL_ REQUESTS_CA LESSOPEN LESSCLOSE BROWSER FCEDIT HISTFILE ZDOTDIR INPUTRC GCONV_PATH LOCPATH \
    HOSTALIASES RUSTC_ CARGO_BUILD_RUSTC PIP_ NPM_CONFIG npm_config GO DOCKER_HOST BASH_FUNC";

/// The same by their whole names, and by their ends.
pub(super) const STEERING_NAMES: &str = "ENV IFS SHELL";
pub(super) const STEERING_ENDS: &str = "_PROXY _proxy _REGISTRY _INDEX _COMMAND _WRAPPER _CA_BUNDLE";

/// Variables that are steered by no harm in what begins like them.
pub(super) const PLAIN: &str = "GOPATH GOROOT GOBIN GPG_TTY";

/// Variables that name a program.
pub(super) const EDITORS: &str = "EDITOR VISUAL PAGER MANPAGER SUDO_EDITOR GIT_EDITOR SVN_EDITOR";

/// What these may name.
pub(super) const EDITOR_PROGRAMS: &str =
    "vi vim nvim nano emacs emacsclient code subl hx helix micro kak ed less most bat more cursor zed mate joe pico";

/// Where everybody may write.
pub(super) const OPEN_FOLDERS: [&[u8]; 4] = [b"/tmp", b"/var/tmp", b"/dev/shm", b"\\Temp\\"];
