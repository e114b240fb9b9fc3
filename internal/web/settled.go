package web

import (
	"html/template"
	"text/template/parse"

	"entente.example/internal/locale"
)

// settled puts into a set's templates what each page of the set says alike: sentences of the catalogue without parameters, icons, and addresses of files of the look. A template would ask for each of them again on every page, and
// every step of one costs more than its words. It comes before the templates are first drawn, so that what is put there is looked at like everything else that stands in their files.
func (r rows) settled(set *template.Template, a *assets) {
	says := map[string]func(string) string{
		"t":     func(key string) string { return template.HTMLEscapeString(locale.Message(r.tag, key, nil)) },
		"icon":  func(name string) string { return string(r.icon(name)) },
		"asset": func(file string) string { return template.HTMLEscapeString(a.url(file)) },
	}
	for _, t := range set.Templates() {
		if t.Tree != nil {
			settleList(t.Tree.Root, says)
		}
	}
}

func settleList(l *parse.ListNode, says map[string]func(string) string) {
	if l == nil {
		return
	}
	nodes := l.Nodes[:0]
	for _, n := range l.Nodes {
		n = settle(n, says)
		words, is := n.(*parse.TextNode)
		if last := len(nodes) - 1; is && last >= 0 {
			if before, is := nodes[last].(*parse.TextNode); is {
				before.Text = append(before.Text[:len(before.Text):len(before.Text)], words.Text...)
				continue
			}
		}
		nodes = append(nodes, n)
	}
	l.Nodes = nodes
}

// settle is the words of a step that says always the same, or the step.
func settle(n parse.Node, says map[string]func(string) string) parse.Node {
	switch n := n.(type) {
	case *parse.IfNode:
		settleList(n.List, says)
		settleList(n.ElseList, says)
	case *parse.WithNode:
		settleList(n.List, says)
		settleList(n.ElseList, says)
	case *parse.RangeNode:
		settleList(n.List, says)
		settleList(n.ElseList, says)
	case *parse.ActionNode:
		if len(n.Pipe.Decl) > 0 || len(n.Pipe.Cmds) != 1 || len(n.Pipe.Cmds[0].Args) != 2 {
			return n
		}
		name, named := n.Pipe.Cmds[0].Args[0].(*parse.IdentifierNode)
		of, constant := n.Pipe.Cmds[0].Args[1].(*parse.StringNode)
		if named && constant && says[name.Ident] != nil {
			return &parse.TextNode{NodeType: parse.NodeText, Pos: n.Pos, Text: []byte(says[name.Ident](of.Text))}
		}
	}
	return n
}
