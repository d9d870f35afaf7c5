package api_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func (c *client) makeTargets(n int) {
	c.t.Helper()
	for i := 1; i <= n; i++ {
		c.post("/targets", object{"name": fmt.Sprintf("target %d", i), "handle": fmt.Sprintf("t%d", i), "url": "https://example.com"}).want(201)
	}
}

func TestListsArePagedAsLaravelDoes(t *testing.T) {
	h := newHouse(t)
	c := h.as("shop")
	c.makeTargets(7)
	page := c.get("/targets?page[size]=3&page[number]=2&sort=-id&filter[name][like]=target").want(200).object()
	meta, links := page["meta"].(map[string]any), page["links"].(map[string]any)
	for name, want := range map[string]any{
		"current_page": 2.0, "from": 4.0, "to": 6.0, "last_page": 3.0, "per_page": 3.0, "total": 7.0,
		"path": h.server.URL + "/api/v3/targets",
	} {
		if meta[name] != want {
			t.Errorf("meta.%s is %v, want %v", name, meta[name], want)
		}
	}
	var labels []string
	for _, l := range meta["links"].([]any) {
		labels = append(labels, fmt.Sprint(l.(map[string]any)["label"], l.(map[string]any)["active"]))
	}
	if got := strings.Join(labels, " "); got != "&laquo; Previousfalse 1false 2true 3false Next &raquo;false" {
		t.Errorf("meta.links %s", got)
	}
	if names := names(page["data"]); names != "target 4,target 3,target 2" {
		t.Errorf("page 2 has %s", names)
	}
	for name, want := range map[string]string{
		"first": "target 7,target 6,target 5", "prev": "target 7,target 6,target 5",
		"next": "target 1", "last": "target 1",
	} {
		u, err := url.Parse(links[name].(string))
		if err != nil {
			t.Fatal(err)
		}
		if got := names(c.get(u.RequestURI()).want(200).object()["data"]); got != want {
			t.Errorf("%s leads to %s, want %s", name, got, want)
		}
	}
}

func names(data any) string {
	var list []string
	for _, row := range data.([]any) {
		list = append(list, fmt.Sprint(row.(map[string]any)["name"]))
	}
	return strings.Join(list, ",")
}

func TestPagesHaveTheirOtherNamesToo(t *testing.T) {
	c := newHouse(t).as("shop")
	c.makeTargets(5)
	for query, want := range map[string]string{
		"per_page=2&page=2":           "target 3,target 4",
		"limit=2&offset=3":            "target 4,target 5",
		"limit=2&offset=1":            "target 2,target 3",
		"page[size]=2&page[number]=3": "target 5",
		"page[number]=9":              "",
		"unknown=1&limit=1":           "target 1",
	} {
		if got := names(c.get("/targets?" + query).want(200).object()["data"]); got != want {
			t.Errorf("%s gives %s, want %s", query, got, want)
		}
	}
}

func TestAnEmptyListHasOnePageAndNoRows(t *testing.T) {
	page := newHouse(t).as("shop").get("/targets").want(200)
	meta := page.object()["meta"].(map[string]any)
	if len(page.rows()) != 0 || meta["from"] != nil || meta["to"] != nil || meta["last_page"] != 1.0 || meta["per_page"] != 15.0 {
		t.Errorf("page %s", page.body)
	}
}

func TestFiltersComeInEveryFormThatClientsWrite(t *testing.T) {
	c := newHouse(t).as("shop")
	c.makeTargets(4)
	for query, want := range map[string]string{
		"filter[handle]=t2":                                       "target 2",
		"filter[handle][eq]=t2":                                   "target 2",
		"filter[handle][in]=t1,t3":                                "target 1,target 3",
		"filter[handle][in][]=t1&filter[handle][in][]=t4":         "target 1,target 4",
		"filter[id][gt]=1&filter[id][lte]=3":                      "target 2,target 3",
		"filter[name][like]=GET+4":                                "target 4",
		"filter[description][nullable]=0":                         "",
		"filter[handle][ne]=t1&sort=-id":                          "target 4,target 3,target 2",
		"filter%5Bhandle%5D=t1":                                   "target 1",
		"filter[created_at][gt]=2000-01-01&filter[handle][eq]=t3": "target 3",
	} {
		if got := names(c.get("/targets?" + query).want(200).object()["data"]); got != want {
			t.Errorf("%s gives %q, want %q", query, got, want)
		}
	}
	c.post("/profiles", object{"email": "a@b.co", "tags": []string{"vip"}}).want(201)
	c.post("/profiles", object{"email": "b@b.co"}).want(201)
	for _, query := range []string{"filter[tags.handle]=vip", "filter[tags][handle]=vip", "filter[tags][handle][eq]=vip", "filter[email]=a@b.co"} {
		if rows := c.get("/profiles?" + query).want(200).rows(); len(rows) != 1 {
			t.Errorf("%s gives %d profiles", query, len(rows))
		}
	}
	for _, query := range []string{"filter[]=1", "filter[a=1", "filter[a][b][c]=1", "filter[a]]=1", "filter[[a]=1"} {
		c.get("/targets?" + query).want(422)
	}
	c.get("/targets?" + strings.Repeat("sort=id&", 51)).want(422)
}
