package premises

import (
	"io"
	"os"
	"sync"

	"entente.example/internal/card"
)

// cardFonts are the places where Debian puts fonts that have Chinese and Japanese; of each row the first that is there is taken. Without one, cards in these scripts have no headline.
var cardFonts = [][]string{
	{"/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf"},
	{"/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf", "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf"},
}

// fonts opens what there is, when it is first needed. The files stay open: of a font of many megabytes only what a card needs is read.
var fonts = sync.OnceValues(func() (*card.Fonts, error) {
	var found []io.ReaderAt
	for _, row := range cardFonts {
		for _, name := range row {
			if f, err := os.Open(name); err == nil {
				found = append(found, f)
				break
			}
		}
	}
	return card.NewFonts(found...)
})
