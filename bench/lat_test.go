package main
import ("testing";"fmt")
func TestLat(t *testing.T) { d,err:=latency(t.Context(), t.TempDir(), 60); if err!=nil {t.Fatal(err)}; c, err := twoCommits(t.TempDir(), 60); fmt.Println(d[6], d[30], d[54], c[6],c[30],c[54], err) }
