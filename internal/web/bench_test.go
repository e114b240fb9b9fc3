package web

import (
	"bytes"
	"fmt"
	"testing"

	"entente.example/internal/text"
	"entente.example/internal/view"
)

// BenchmarkTable draws the negotiating table of a text of 300 paragraphs in three languages. docs/benchmarks.md has the figures.
func BenchmarkTable(b *testing.B) {
	g := loadGallery(b)
	t := g.text()
	t.May["text.revise"] = true
	few := t.Paragraphs
	t.Paragraphs, t.Cells = nil, nil
	for i := range 300 {
		p := few[i%len(few)]
		p.ID, p.Label = text.ParaID(fmt.Sprint(i+1)), fmt.Sprint(i+1)
		t.Paragraphs = append(t.Paragraphs, p)
		t.Cells = append(t.Cells, view.Cell{ID: p.ID, Label: p.Label, Status: p.Status})
	}
	ts := newTemplates(loadAssets())
	page := &textPage{Frame: frame{Chrome: &t.Chrome, Title: "Text", Member: "cedar-sec", Node: "cedar", Lang: "en"}, T: t, Shown: t.Languages}
	for b.Loop() {
		var out bytes.Buffer
		if err := ts.render(&out, page); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.Len())/1024, "KB")
	}
}
