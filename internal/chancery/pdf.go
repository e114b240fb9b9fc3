package chancery

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/config"
	"entente.example/internal/filing"
	"entente.example/internal/node"
	"entente.example/internal/pdf"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
	"entente.example/seal"
)

// TextPDF is a text on paper: the copy that a side signs, once the text is frozen; or, with no side, the copy for the archive, once it is adopted, with its proof inside.
func (c *Chancery) TextPDF(ctx context.Context, mech, id, side string) (filing.File, error) {
	fonts, err := c.PaperFonts()
	if err != nil {
		return filing.File{}, err
	}
	var sealed pdf.Sealed
	var seals []pdf.Seal
	var files map[string][]byte
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		t, err := s.Tabled(id)
		if err != nil {
			return err
		}
		f := t.Frozen(s.Charter())
		if f == nil {
			return refusal.New(refusal.Conflict, "text.not_frozen", "text", id)
		}
		sealed = sealedText(s, t, f)
		if side != "" {
			return nil
		}
		var b *proof.Bundle
		if b, files, err = c.exported(ctx, s, id); err == nil {
			seals, err = sealsOf(b)
		}
		for i := range seals {
			if on := t.Signed(charter.PartyID(seals[i].Party), f.Round); on != nil {
				seals[i].Paper = &pdf.Paper{Day: on.Day, Place: on.Place, Office: on.Office}
			}
		}
		return err
	})
	if err != nil {
		return filing.File{}, err
	}
	if side != "" {
		b, err := pdf.Signing(sealed, side, fonts)
		return filing.File{Name: id + "." + side + ".pdf", Media: mediaPDF, Body: b}, err
	}
	for _, mark := range seals { // the day of an adopted text is that of its last seal
		if mark.At.After(sealed.At) {
			sealed.At = mark.At
		}
	}
	zip, err := proof.Pack(id, files, sealed.At)
	if err != nil {
		return filing.File{}, err
	}
	b, err := pdf.Archive(sealed, seals, zip, fonts)
	return filing.File{Name: id + ".pdf", Media: mediaPDF, Body: b}, err
}

const mediaPDF = "application/pdf"

// sealsOf reads from a proof who sealed, when, and with which keys.
func sealsOf(b *proof.Bundle) (out []pdf.Seal, err error) {
	for _, p := range b.Parties {
		if len(p.Leaves) == 0 {
			continue // a text of one side is not sealed by the others
		}
		e, err := entry.Decode(p.Leaves[0])
		if err != nil {
			return nil, err
		}
		mark := pdf.Seal{Party: p.Party, At: e.At}
		for _, sig := range p.Signatures {
			mark.Keys = append(mark.Keys, seal.SignedBy(sig))
		}
		out = append(out, mark)
	}
	return out, nil
}

func sealedText(s *node.Snapshot, t *text.State, f *text.Frozen) pdf.Sealed {
	out := pdf.Sealed{Content: t.ContentOf(s.Charter(), f), Round: f.Round, Language: map[string]lang.Tag{}}
	out.At, _ = time.Parse(time.RFC3339, f.At) // an entry's time is always of this form
	for _, p := range s.Charter().Document().Parties {
		out.Language[string(p.ID)] = p.Language
	}
	return out
}

// PaperFonts are those that the operator named, and for what none is named those of Debian's packages that are there.
func (c *Chancery) PaperFonts() (pdf.Fonts, error) {
	out := pdf.Fonts{}
	for tag, files := range c.cfg.Fonts {
		at := lang.Tag(tag)
		if tag == config.OtherFonts {
			at = pdf.Other
		}
		for _, path := range files {
			b, err := os.ReadFile(path)
			if err != nil {
				return nil, refusal.New(refusal.Unavailable, "pdf.font_file", "file", path).Because(err)
			}
			face, err := pdf.ReadFace(path, b)
			if err != nil {
				return nil, err
			}
			out[at] = append(out[at], face)
		}
	}
	for tag, files := range pdf.Usual {
		if len(out[tag]) > 0 {
			continue
		}
		for _, path := range files {
			b, err := os.ReadFile(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, refusal.New(refusal.Unavailable, "pdf.font_file", "file", path).Because(err)
			}
			if face, err := pdf.ReadFace(path, b); err == nil {
				out[tag] = append(out[tag], face)
			}
		}
	}
	return out, nil
}
