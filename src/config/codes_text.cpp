#include "config/codes_text.hpp"

namespace sluice::config {
namespace {

constexpr Explanation table[] = {
    {codes::not_yaml, "not valid YAML",
     "The text breaks a rule of YAML, so nothing of the file could be read. The place shown is "
     "where "
     "reading stopped; the slip is there or on the line above. Common ones: a ':' without a blank "
     "behind it, a value that holds ': ', keys that are not indented alike, and values that start "
     "with '{{', '@', '%', '*' or '&' and need quotes.",
     "description: note: the first release\nimage: {{ image }}",
     "description: \"note: the first release\"\nimage: \"{{ image }}\""},
    {codes::not_json, "not valid JSON",
     "The file is read as JSON because its name ends in .json or because it starts with a bracket. "
     "JSON wants keys and text in double quotes, has no comments, no ',' before a closing bracket, "
     "and integers of at most 64 bits.",
     "{name: 'live', }", "{\"name\": \"live\"}"},
    {codes::duplicate_key, "key given twice",
     "A key may stand in a mapping once. Many YAML readers keep the last value silently, and then "
     "a "
     "release does something else than its file seems to say. Two names of the same setting count "
     "as "
     "one key. Both places are shown.",
     "alias: live\nalias: beta", "alias: live"},
    {codes::unknown_tag, "unknown tag",
     "Text that starts with '!' is a YAML tag. Release files use plain values; only the tags of "
     "the "
     "core schema (!!str, !!int, !!float, !!bool, !!null, !!seq, !!map) are allowed. Tags such as "
     "!Ref and !Sub belong to CloudFormation templates, and nothing would resolve them here.",
     "functionName: !Ref Orders", "functionName: orders"},
    {codes::too_deep, "nested too deeply",
     "Documents may be nested 64 levels deep; aliases count with all the levels of what they stand "
     "for. The bound keeps a hostile file from exhausting the machine.",
     "", ""},
    {codes::too_many_nodes, "too many values",
     "A document may hold 100,000 values and 8 MiB of text, counted after every alias has been "
     "replaced by what it stands for. A few lines of aliases to aliases can stand for hundreds of "
     "millions of values; the bound refuses them before any memory is spent.",
     "", ""},
    {codes::alias_cycle, "alias inside its own anchor",
     "An alias stands for the whole value of its anchor. Inside that value it would contain itself "
     "without end.",
     "base: &base\n  again: *base", "base: &base\n  memory: 128\nother: *base"},
    {codes::unknown_alias, "alias without an anchor",
     "Text that starts with '*' is an alias for a value marked with '&' further up. Either the "
     "anchor is missing, misspelt or stands below, or the text was meant as text and needs quotes.",
     "schedule: *hourly", "schedule: \"*hourly\""},
    {codes::not_utf8, "not UTF-8",
     "Release files are UTF-8. Save the file with that encoding; some editors write UTF-16 or a "
     "regional encoding unless told otherwise.",
     "", ""},
    {codes::too_large, "file too large",
     "A release file may have 1 MiB. Code, test data and long payloads belong into files of their "
     "own.",
     "", ""},
    {codes::tab_indentation, "tab used for indentation",
     "YAML allows only blanks in front of a key, because a tab has no agreed width.",
     "target:\n\tregion: eu-west-1", "target:\n  region: eu-west-1"},
    {codes::several_documents, "more than one document",
     "'---' starts a new YAML document. A file describes one release, so everything behind a "
     "second "
     "'---' would be ignored; it is refused instead.",
     "functionName: orders\n---\nfunctionName: payments", "functionName: orders"},
    {codes::empty_document, "empty file",
     "The file holds nothing but blanks and comments. `sluice init` writes a file to start from.",
     "", "functionName: orders\nalias: live"},
    {codes::key_not_text, "key is not text",
     "A key must be plain text. This often comes from a template's braces without quotes: '{{ name "
     "}}' is a mapping inside a mapping to YAML.",
     "image: {{ image }}", "image: \"{{ image }}\""},
    {codes::bad_merge, "merge key without a mapping",
     "'<<' takes over the keys of another mapping, so its value must be an alias of a mapping, a "
     "mapping, or a list of these.",
     "region: &region eu-west-1\ntarget:\n  <<: *region",
     "base: &base\n  region: eu-west-1\ntarget:\n  <<: *base"},
    {codes::control_character, "control character",
     "The text holds a character that no editor shows and YAML does not allow. It often comes from "
     "copied terminal output or from a binary file.",
     "", ""},
    {codes::tag_mismatch, "value does not fit its tag",
     "The value is marked with a tag such as !!int and is not of that type. Tags are not needed: "
     "every key knows the type of its value.",
     "weight: !!int ten", "weight: 10"},
    {codes::unknown_key, "unknown key",
     "Nothing reads this key here. It is misspelt, indented wrongly, or belongs to another part of "
     "the file. An unknown key is refused so that no setting is silently without effect.",
     "functonName: orders", "functionName: orders"},
    {codes::missing_key, "key missing", "A setting that has no default is missing or has no value.",
     "functionName:", "functionName: orders"},
    {codes::wrong_type, "wrong type",
     "The value is of another type than the key needs: text where a number is due, a single value "
     "where a list is due. Quotes make text: \"10\" is text, 10 is a number. YAML 1.2 counts: only "
     "true and false are booleans, yes and on are text.",
     "weight: \"10\"\nenabled: yes", "weight: 10\nenabled: true"},
    {codes::unknown_value, "unknown value",
     "The key takes one of a few words, and this is none of them. The message lists them.",
     "mode: automatc", "mode: automatic"},
    {codes::out_of_range, "out of range",
     "The value has the right type and lies outside of what is allowed. The message names both "
     "bounds.",
     "weight: 110", "weight: 100"},
    {codes::empty_list, "empty list",
     "The list needs at least one element. Remove the key if nothing is meant.", "steps: []",
     "steps:\n  - shift: 10"},
    {codes::bad_duration, "not a duration",
     "A duration is a number with its unit: ms, s, m, h or d, also joined. A bare number is "
     "refused "
     "because formats disagree whether it counts seconds or minutes.",
     "pause: 5", "pause: 5m"},
    {codes::bad_arn, "not an ARN",
     "An ARN has six parts between colons: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE. Region "
     "and "
     "account are empty for some services, such as S3 and IAM.",
     "role: arn:aws:iam:123456789012:role/deploy", "role: arn:aws:iam::123456789012:role/deploy"},
    {codes::bad_name, "not a valid name",
     "The name is empty, too long, or holds a character that is not allowed in it. The message "
     "names "
     "the rule.",
     "alias: live traffic", "alias: live-traffic"},
    {codes::empty_text, "empty text", "The value is an empty text where a name or an id is due.",
     "functionName: \"\"", "functionName: orders"},
};

}  // namespace

std::span<Explanation const> text_explanations() { return table; }

}  // namespace sluice::config
