package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"entente.example/lang"
	"entente.example/refusal"
)

//go:embed catalogue
var catalogueFiles embed.FS

// catalogues reads each language's messages, by key, once somebody reads that language.
var catalogues = func() map[lang.Tag]func() map[string]message {
	out := map[lang.Tag]func() map[string]message{}
	for _, tag := range Languages {
		out[tag] = sync.OnceValue(func() map[string]message {
			m, err := readCatalogue(catalogueFiles, path.Join("catalogue", string(tag)))
			if err != nil {
				panic("locale: " + err.Error()) // the files are part of the program; a test reads them all
			}
			return m
		})
	}
	return out
}()

// messages are those of a language; of none that we do not speak.
func messages(tag lang.Tag) map[string]message {
	if read := catalogues[tag]; read != nil {
		return read()
	}
	return nil
}

// readCatalogue reads every TOML file of a folder. A key is the path of tables that leads to a sentence, joined by dots, whatever file it stands in.
func readCatalogue(fsys fs.FS, dir string) (map[string]message, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "*.toml"))
	if err != nil {
		return nil, err
	}
	out := map[string]message{}
	for _, name := range files {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var tree map[string]any
		if err := toml.Unmarshal(b, &tree); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := flatten(out, "", tree); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

func flatten(out map[string]message, prefix string, tree map[string]any) error {
	for _, k := range slices.Sorted(maps.Keys(tree)) {
		key := prefix + k
		switch v := tree[k].(type) {
		case map[string]any:
			if err := flatten(out, key+".", v); err != nil {
				return err
			}
		case string:
			if _, twice := out[key]; twice {
				return fmt.Errorf("%s is there twice", key)
			}
			m, err := parseMessage(v)
			if err != nil {
				return fmt.Errorf("%s: %w", key, err)
			}
			out[key] = m
		default:
			return fmt.Errorf("%s is neither a sentence nor a table", key)
		}
	}
	return nil
}

// Message is the message with this key. params fill its placeholders; a placeholder without a value stays visible, and so does a key without a message:
// what is wrong must be seen, not hidden.
func Message(tag lang.Tag, key string, params refusal.Params) string {
	m, ok := messages(tag)[key]
	if !ok {
		m, ok = messages(lang.English)[key]
	}
	if !ok {
		var b strings.Builder
		b.WriteString("⟨" + key)
		for _, k := range slices.Sorted(maps.Keys(params)) {
			b.WriteString(" " + k + "=" + params[k])
		}
		return b.String() + "⟩"
	}
	return m.format(listed(tag, params))
}

// lists are the parameters that hold several things; what fills them puts ", " between.
var lists = []string{"paragraphs", "parties", "members", "offices", "roles", "who"}

// listed gives lists the mark that a language has for them.
func listed(tag lang.Tag, params refusal.Params) refusal.Params {
	if Comma(tag) == ", " {
		return params
	}
	out := maps.Clone(params)
	for _, name := range lists {
		if in := params[name]; in != "" {
			out[name] = strings.ReplaceAll(in, ", ", Comma(tag))
		}
	}
	return out
}

// Has reports whether the catalogue knows the key.
func Has(key string) bool {
	_, ok := messages(lang.English)[key]
	return ok
}
