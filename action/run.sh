# The one step of the action: finds the binary, checks it, runs it once, and ends as the input `mode` says. Everything from outside comes in
# variables and is quoted; nothing of the inspected repository is read here.

note() { printf '::%s title=tollgate::%s\n' "$1" "$2"; }
plain() { printf '%s' "$1" | tr -cd 'A-Za-z0-9._:/-' | cut -c 1-200; }
wrong() { note error "$1"; exit 2; }
one_of() { # NAME VALUE WORD...
  local name=$1 value=$2 word
  shift 2
  for word in "$@"; do [ "$value" = "$word" ] && return 0; done
  wrong "the input \`$name\` is one of: $*"
}

# An input that another command has would be dropped without a word: whoever set it waits for what does not come.
not_with() { # COMMAND NAME VALUE DEFAULT
  [ "$TOLLGATE_COMMAND" != "$1" ] || [ "$3" = "$4" ] || wrong "the input \`$2\` says nothing to \`$1\`: leave it out"
}

digest() { if command -v sha256sum > /dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1; }

# The released binary for this machine: from the tool cache or downloaded, and in either case the bytes that are named in this action's tree.
released() {
  local list=$TOLLGATE_ACTION/action/checksums.txt machine version file wanted folder server
  machine=$(uname -s)-$(uname -m)
  version=$(grep -v '^#' "$list" | tail -n 1 | cut -d ' ' -f 2 || true)
  [ -n "$version" ] || wrong "there is no release yet: build tollgate and name it with the input \`binary\`"
  file=tollgate-$version-$machine
  wanted=$(grep -F " $version $file" "$list" | tail -n 1 | cut -d ' ' -f 1 || true)
  [ -n "$wanted" ] || wrong "there is no released binary for $machine: build tollgate and name it with the input \`binary\`"
  folder=${RUNNER_TOOL_CACHE:-${RUNNER_TEMP:-/tmp}}/tollgate/$version/$machine
  binary=$folder/tollgate
  if [ ! -f "$binary" ] || [ "$(digest "$binary")" != "$wanted" ]; then
    mkdir -p "$folder"
    # Whoever sends it: what runs is what the list names.
    server=${TOLLGATE_SERVER:-${GITHUB_SERVER_URL:-https://github.com}}
    curl --fail --silent --show-error --location --retry 3 --max-time 120 --output "$binary.part" -- \
      "$server/$TOLLGATE_REPOSITORY/releases/download/v$version/$file" \
      || wrong "the release $version cannot be downloaded from $(plain "$server"): name a server that has it with the input \`server\`, or a tollgate of your own with \`binary\`"
    mv -f "$binary.part" "$binary"
  fi
  [ "$(digest "$binary")" = "$wanted" ] || wrong "the binary of $version is not the one that this action names: its SHA-256 differs"
  chmod +x "$binary"
}

# Only what asks the forge sees a token: no program before it does.
token=$TOLLGATE_TOKEN
unset TOLLGATE_TOKEN

one_of command "$TOLLGATE_COMMAND" check verify-tag
one_of mode "$TOLLGATE_MODE" gate report
one_of strict "$TOLLGATE_STRICT" true false
one_of summary "$TOLLGATE_SUMMARY" true false
one_of annotations "$TOLLGATE_ANNOTATIONS" true false
one_of forge "$TOLLGATE_FORGE" true false
case $TOLLGATE_SERVER in
  "" | http://* | https://*) ;;
  *) wrong "the input \`server\` is an address: https://NAME" ;;
esac
not_with verify-tag profile "$TOLLGATE_PROFILE" ""
not_with verify-tag fail-on "$TOLLGATE_FAIL_ON" ""
not_with verify-tag strict "$TOLLGATE_STRICT" false
not_with verify-tag sarif "$TOLLGATE_SARIF" ""
not_with verify-tag forge "$TOLLGATE_FORGE" false
not_with check tag "$TOLLGATE_TAG" ""
not_with check expect-commit "$TOLLGATE_EXPECT_COMMIT" ""

if [ -n "$TOLLGATE_BINARY" ]; then
  binary=$TOLLGATE_BINARY
  [ -x "$binary" ] || wrong "the input \`binary\` names no program"
else
  released
fi

report=${RUNNER_TEMP:-/tmp}/tollgate-${GITHUB_RUN_ID:-0}-$$.json
arguments=("$TOLLGATE_COMMAND")
[ -z "$TOLLGATE_POLICY" ] || arguments+=("--policy=$TOLLGATE_POLICY")
[ -z "$TOLLGATE_ORG_POLICY" ] || arguments+=("--org-policy=$TOLLGATE_ORG_POLICY")
arguments+=("--out=json=$report")
[ "$TOLLGATE_SUMMARY" = false ] || [ -z "${GITHUB_STEP_SUMMARY:-}" ] || arguments+=("--out=markdown=$GITHUB_STEP_SUMMARY")
[ "$TOLLGATE_ANNOTATIONS" = true ] || arguments+=(--format=text)
if [ "$TOLLGATE_COMMAND" = check ]; then
  [ -z "$TOLLGATE_PROFILE" ] || arguments+=("--profile=$TOLLGATE_PROFILE")
  [ -z "$TOLLGATE_FAIL_ON" ] || arguments+=("--fail-on=$TOLLGATE_FAIL_ON")
  [ "$TOLLGATE_STRICT" = false ] || arguments+=(--strict)
  if [ "$TOLLGATE_FORGE" = true ]; then
    arguments+=(--forge)
    export GITHUB_TOKEN=$token
  fi
  [ -z "$TOLLGATE_SARIF" ] || arguments+=("--out=sarif=$TOLLGATE_SARIF")
  arguments+=(-- "$TOLLGATE_PATH")
else
  tag=${TOLLGATE_TAG:-${GITHUB_REF:-}}
  [ -n "$tag" ] || wrong "the input \`tag\` is empty, and no tag started this run"
  [ -z "$TOLLGATE_EXPECT_COMMIT" ] || arguments+=("--expect-commit=$TOLLGATE_EXPECT_COMMIT")
  arguments+=("--repo=$TOLLGATE_PATH" -- "$tag")
fi

status=0
"$binary" "${arguments[@]}" || status=$?
if [ ! -s "$report" ]; then
  # Without a report nothing was judged, whatever the status says.
  # What ends before one by itself says so among the outputs.
  said=false
  [ -z "${GITHUB_OUTPUT:-}" ] || ! grep -q '^outcome' "$GITHUB_OUTPUT" || said=true
  case $status-$said in
    [01]-* | 3-false) note error "\`$(plain "${binary##*/}")\` ended with status $status and without a report: it is no tollgate, or it broke"; exit 2 ;;
  esac
  [ "$TOLLGATE_SUMMARY" = false ] || [ -z "${GITHUB_STEP_SUMMARY:-}" ] \
    || printf '## tollgate: not finished\n\nIt ended with status %s; the log of the step says why.\n' "$status" >> "$GITHUB_STEP_SUMMARY"
fi
[ -z "${GITHUB_OUTPUT:-}" ] || [ ! -s "$report" ] || printf 'report=%s\n' "$report" >> "$GITHUB_OUTPUT"

# A status that is not tollgate's is a tool that broke: never green.
case $status in
  0) ;;
  1 | 3)
    if [ "$TOLLGATE_MODE" = report ]; then
      note warning "reported only: tollgate ended with status $status, which the mode \`gate\` would make red"
      status=0
    fi
    ;;
  2) ;;
  *) note error "tollgate did not finish (status $status)" ;;
esac
exit "$status"
