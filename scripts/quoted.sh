# shellcheck shell=bash
# Sourced by the scripts that say what is wrong with a word of the user's: how it is quoted.

# quoted TEXT: prints it in quotes, both ends of what is too long for a line. Bytes that a terminal may obey, or that are no
# ASCII, become \x1b.
quoted() {
  local LC_ALL=C text="$1" shown="" letter code at
  if ((${#text} > 200)); then text="${text:0:100} ... ${text: -100}"; fi
  for ((at = 0; at < ${#text}; ++at)); do
    letter="${text:at:1}"
    if [[ "$letter" != [[:print:]] ]]; then
      printf -v code %d "'$letter"
      printf -v letter '\\x%02x' $((code & 255))
    fi
    shown+="$letter"
  done
  printf '"%s"' "$shown"
}
