package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// says runs a command line that no node is needed for.
func says(t *testing.T, line ...string) (code int, out, err string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), streams{strings.NewReader(""), &o, &e}, line)
	return code, o.String(), e.String()
}

// Mistakes in the command line itself are refused in the reader's language, with what to write instead.
func TestMistakesInACommandLine(t *testing.T) {
	for _, x := range []struct{ line, en, zh, ja string }{
		{"init", "Missing: --name, --party. Write: entente init --party ID --name LANG=NAME", "缺少 --name, --party", "--name, --party が足りません"},
		{"nonsense", "There is no command “entente nonsense”. “entente --help” lists", "没有“entente nonsense”这个命令", "「entente nonsense」というコマンドはありません"},
		{"statsu", "Perhaps you mean: entente status.", "也许是：entente status", "かもしれません：entente status"},
		{"text tabel draft.json", "Perhaps you mean: entente text table.", "entente text table", "entente text table"},
		{"concern nonsense c-1", "There is no command “entente concern nonsense”.", "entente concern nonsense", "entente concern nonsense"},
		{"help ours note nonsense", "There is no command “entente ours note nonsense”.", "entente ours note nonsense", "entente ours note nonsense"},
		{"text show js-1 --colour", "entente text show has no flag --colour.", "没有 --colour 这个选项", "--colour というオプションはありません"},
		{"text show js-1 -z", "entente text show has no flag -z.", "没有 -z 这个选项", "-z というオプションはありません"},
		{"text reopen js-1 4 -reason late", "Write --reason, with two hyphens.", "--reason，用两个连字符", "--reason のように"},
		{"status --dir", "--dir needs a value behind it.", "--dir 之后需要一个值", "--dir の後に値が要ります"},
		{"non-paper send --to birch --hours many", "--hours needs a whole number, and “many” is none.", "“many”不是整数", "「many」は整数ではありません"},
		{"status --json=perhaps", "“perhaps” cannot be the value of --json.", "“perhaps”不能作为 --json 的值", "「perhaps」は --json の値にできません"},
		{"text show", "An argument is missing. Write: entente text show TEXT", "还缺少参数。写法：entente text show TEXT", "引数が足りません。entente text show TEXT"},
		{"text accept js-1", "Write: entente text accept TEXT PARAGRAPH…", "PARAGRAPH…", "PARAGRAPH…"},
		{"text show js-1 js-2", "“js-2” is one argument too many.", "“js-2”是多余的参数", "引数「js-2」が余っています"},
		{"text lapse js-1 js-2 js-3", "“js-3” is one argument too many.", "“js-3”是多余的参数", "引数「js-3」が余っています"},
		{"pouch pack", "Missing: --to.", "缺少 --to", "--to が足りません"},
		{"pouch pack --to birch --size big", "“big” is no size.", "“big”不是大小", "「big」は大きさではありません"},
		{"text propose js-1 4 --text Both", "“Both” does not say in which language it is.", "“Both”没有注明语言", "「Both」に言語が示されていません"},
		{"concern raise c-1 --text Both", "“Both” does not say in which language it is.", "“Both”没有注明语言", "「Both」に言語が示されていません"},
		{"text cite js-1 4", "exactly one of these: --cites, --nothing.", "只用一个：--cites, --nothing", "--cites, --nothing"},
		{"text cite js-1 4 --nothing --cites fd-1", "exactly one of these: --cites, --nothing.", "只用一个：--cites, --nothing", "--cites, --nothing"},
		{"guest end g-1 first", "“first” is no number.", "“first”不是数字", "「first」は数字ではありません"},
		{"ours note add words.txt --words Buy", "file “words.txt”, not both.", "不能两者并用", "どちらか一方"},
		{"text rectify js-1 4 --defective a --corrected b", "Missing: --language.", "缺少 --language", "--language が足りません"},
		{"text sign js-1 --none --day 2009-03-31 --place en=Valley", "Leave out --day, --place; or leave out --none", "请去掉 --day, --place", "--day, --place を外すか"},
		{"text sign js-1", "exactly one of these: --day, --none.", "只用一个：--day, --none", "--day, --none"},
		{"completion bash nonsense", "“nonsense” is one argument too many.", "“nonsense”是多余的参数", "引数「nonsense」が余っています"},
	} {
		for lang, want := range map[string]string{"en": x.en, "zh": x.zh, "ja": x.ja} {
			for _, line := range [][]string{append(strings.Fields(x.line), "--lang="+lang), append([]string{"--lang", lang}, strings.Fields(x.line)...)} {
				if x.line == "status --dir" && line[0] == "status" {
					continue // there, the language would be the folder
				}
				if code, _, said := says(t, line...); code != 2 || !strings.Contains(said, want) {
					t.Errorf("%q: %d, %s", line, code, said)
				}
			}
		}
	}
}

// No command, whichever there will be, leaves it to the libraries to speak, or does as if it had done something.
func TestNoCommandTakesWhatItDoesNotKnow(t *testing.T) {
	t.Setenv("LC_ALL", "ja_JP.UTF-8")
	commands := 0
	each(command(&globals{}), func(c *cobra.Command) {
		commands++
		if c.Args == nil || !c.Runnable() {
			t.Errorf("%s takes any argument", c.CommandPath())
		}
		path := strings.Fields(c.CommandPath())[1:]
		if code, _, said := says(t, append(path, "--no-such-flag")...); code != 2 || !strings.Contains(said, "というオプションはありません") {
			t.Errorf("%s: %d, %s", c.CommandPath(), code, said)
		}
		if c.HasSubCommands() && c.Name() != "log" { // which does something by itself
			if code, _, said := says(t, append(path, "no-such-command")...); code != 2 || !strings.Contains(said, "というコマンドはありません") {
				t.Errorf("%s: %d, %s", c.CommandPath(), code, said)
			}
			if code, out, _ := says(t, path...); code != 0 || !strings.Contains(out, "Available Commands") {
				t.Errorf("%s alone: %d, %s", c.CommandPath(), code, out)
			}
		}
	})
	if commands < 100 {
		t.Errorf("only %d commands were looked at", commands)
	}
}

// The language is that of the system, however that names it; the first variable that is set counts, as for every program.
func TestTheSystemSaysWhichLanguage(t *testing.T) {
	for _, x := range []struct{ all, messages, lang, want string }{
		{"", "", "ja_JP.UTF-8", "コマンドはありません"}, {"", "", "ja", "コマンドはありません"}, {"", "zh_CN.UTF-8@pinyin", "ja_JP.UTF-8", "这个命令"}, {"zh_CN.GB18030", "", "ja_JP.UTF-8", "这个命令"},
		{"C", "", "ja_JP.UTF-8", "There is no command"}, {"", "", "", "There is no command"}, {"", "", "fr_FR.UTF-8", "There is no command"},
	} {
		t.Setenv("LC_ALL", x.all)
		t.Setenv("LC_MESSAGES", x.messages)
		t.Setenv("LANG", x.lang)
		if _, _, said := says(t, "nonsense"); !strings.Contains(said, x.want) {
			t.Errorf("%+v: %s", x, said)
		}
	}
}

// Words in another encoding would come onto the record as other words. They are refused, from the line and from a file; a file's name may be whatever it is.
func TestWordsInAnotherEncoding(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	folder := t.TempDir()
	file := filepath.Join(folder, "\x93\xfa.json") // in Shift JIS
	if err := os.WriteFile(file, []byte("{\"4\": \"\x93\xfa\"}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, line := range [][]string{
		{"concern", "raise", "c-1", "--text", "ja=\x93\xfa"}, {"ours", "task", "add", "\x93\xfa"},
		{"text", "translate", "js-1", file, "--language", "ja"}, {"text", "revise", "js-1", file}, {"text", "table", file}, {"ours", "note", "add", file},
	} {
		if code, _, said := says(t, line...); code != 2 || !strings.Contains(said, "UTF-8") {
			t.Errorf("%q: %d, %s", line, code, said)
		}
	}
}
