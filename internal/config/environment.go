package config

import (
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// settings lists the dotted names of all settings, with their places in a value.
func settings(v reflect.Value, prefix string, each func(name string, v reflect.Value)) {
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("toml"), ",")
		if f := v.Field(i); f.Kind() == reflect.Struct {
			settings(f, prefix+name+".", each)
		} else {
			each(prefix+name, f)
		}
	}
}

// variable is the name of a setting in the environment.
func variable(setting string) string {
	return "ENTENTE_" + strings.ToUpper(strings.ReplaceAll(setting, ".", "_"))
}

// environment lays ENTENTE_LINE_LISTEN and its like over the file. Lists are divided by commas. A name that begins like a section's or a setting's and is none is refused, as in the file.
func (c *Config) environment(environ []string) error {
	places, sections := map[string]reflect.Value{}, []string{}
	settings(reflect.ValueOf(c).Elem(), "", func(name string, v reflect.Value) {
		places[variable(name)] = v
		section, _, _ := strings.Cut(name, ".")
		sections = append(sections, variable(section)+"_")
	})
	for setting, value := range usualIn(environ) {
		if err := set(places[variable(setting)], value); err != nil {
			return refusal.New(refusal.Invalid, "config.environment", "name", usual[setting]).Because(err)
		}
	}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if v, ok := places[name]; ok {
			if err := set(v, value); err != nil {
				return refusal.New(refusal.Invalid, "config.environment", "name", name).Because(err)
			}
		} else if slices.ContainsFunc(sections, func(s string) bool { return strings.HasPrefix(name, s) }) {
			setting := strings.ToLower(strings.Replace(strings.TrimPrefix(name, "ENTENTE_"), "_", ".", 1))
			return refusal.New(refusal.Invalid, "config.unknown_variable", "name", name, "nearest", variable(nearest(setting, c)))
		}
	}
	return nil
}

var errFileOnly = errors.New("this setting stands in the file only")

// set reads a setting from a string.
func set(v reflect.Value, s string) (err error) {
	switch p := v.Addr().Interface().(type) {
	case *string:
		*p = s
	case *[]string:
		*p = []string{}
		if s != "" {
			*p = strings.Split(s, ",")
		}
	case *int:
		*p, err = strconv.Atoi(s)
	case *int64:
		*p, err = strconv.ParseInt(s, 10, 64)
	case *bool:
		*p, err = strconv.ParseBool(s)
	case *Duration:
		err = p.UnmarshalText([]byte(s))
	case *Size:
		err = p.UnmarshalText([]byte(s))
	default:
		err = errFileOnly
	}
	return err
}

// nearest is the known setting or section of a file whose name differs least.
func nearest(key string, of any) string {
	best, least := "", len(key)+100
	settings(reflect.ValueOf(of).Elem(), "", func(name string, _ reflect.Value) {
		section, _, _ := strings.Cut(name, ".")
		for _, known := range []string{name, section} {
			if d := distance(key, known); d < least {
				best, least = known, d
			}
		}
	})
	return best
}

// distance counts the single-character edits between two short names.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		before := row[0]
		row[0] = i + 1
		for j := range b {
			cost := before
			if a[i] != b[j] {
				cost = 1 + min(before, row[j], row[j+1])
			}
			before, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
