"""Maps of allelopathic harvest, all of them tori.

`.` is floor, `r`, `g` and `b` are red, green and blue berries, `#` is wall, and `P` a cell on which
agents begin and come back.

Source of `open`: Melting Pot's `allelopathic_harvest__open` configuration. `small` is our own, with
berries as dense.
"""

OPEN = """
bbb....rg...bgg.bg...r.rb.b.b
r....g..rgg...b.gbgrgr.g..g.r
.r.b.rr...rb...br....gb......
.....g.g.r.g.b.bb.gb..g.g....
.r.......g...rgbrr..bbgr.....
rbb.g..g...b...r...ggrb.rrg.r
b.............br......r.brrg.
..g.gr.gr.bb.......b..g....r.
.....r.r.bg.b...gg..r.g....g.
...b..brgggrr...grrb.b...rbbg
..rgrbg..r..r.bgr..r......r.b
...ggg.rg....r....r...bgr.rr.
...g....b.g.r...r.gbbgg..r.rb
gb...g....g.b....b..b...b...g
g....b.b.b..b..b.r.b..rr.gr.r
gr...g..bbr..b...g.....g..b..
.bg.g..g.r.......rg.g...r....
.b..b.g.gr.b..g..rr..rbgb.brg
g.r.....r...r.g...b.bg.g.bbr.
.....rbrg.b.g....b.bg....g.rr
.b....ggr...g........r...brr.
bg.b..........br....b...rb...
...b.....b......gbg.rb.....r.
.r..r...g..b.....bbbgr..g.b..
.rb....r.bbb....g..grb..g.b..
r.....b..g.r..gr.b....gbr.g..
rbbr.g.rg.g....g...b.gb.gr...
.b.rbr.b...rb.r...ggg....rr..
g.b........g.bgb...g...r...g.
gr.......rg.gb.r......rb.b.rr
"""
SMALL = """
rbrbg.......
....r..grg..
.r.r.bg..rbb
.....rb.gb..
bb.bg..bg...
r.g.rgr.....
....gb......
.rg.gbrbg.b.
g.b.r..bb.r.
.rr.g....r..
..g...gg..gr
..bbg......r
"""
MAPS = {"open": OPEN, "small": SMALL}
