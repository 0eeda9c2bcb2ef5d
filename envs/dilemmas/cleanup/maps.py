"""Maps of the clean-up task.

`#` is wall, space floor, `A` a place where apples grow, `D` river that is dirty at first, `R` river
that may get dirty, `~` stream that never does, and `P` a cell on which agents begin and come back.

Sources: `clean_up` of Melting Pot's configuration, `ssd` of Vinitsky et al.'s code
(sequential_social_dilemma_games). `small` is ours.
"""

from ..grid_engine.maps import FLOOR, WALL

APPLE, TREE, STREAM, CLEAN, DIRT = 2, 3, 4, 5, 6
"""Codes of cells.

They are an apple, a place where one can grow, water that never gets dirty, water that may, and
dirty water.
"""
LEGEND = {"#": WALL, " ": FLOOR, "P": FLOOR, "A": TREE, "D": DIRT, "R": CLEAN, "~": STREAM}

CLEAN_UP = """
##############################
#RDDDRDDRDRDRDRDRDRDRRDRDDDRD#
#RDRDRDDRDRDRDRDRDRDRRDRDDDRD#
#RDDRDDRRDRDRDRDRDRDRRDRDDDRD#
#RDRDRDDRDRDRDRDRDRDRRDRDDDRD#
#RDDDDDDRDRDRDRDRDRDRRDRDDDRD#
#               ~DRRRRRR     #
#   P    P          ~~~      #
#     P     P   P   ~~   P   #
#             P   P ~~       #
#   P    P          ~~    P  #
#               P   ~~ P     #
#     P           P ~~       #
#           P       ~~  P    #
#  P             P  ~~       #
# A A A A A A A A A ~~  A A A#
#AAAAAAAAAAAAAAAAAAA  AAAAAAA#
#AAAAAAAAAAAAAAAAAAAAAAAAAAAA#
#AAAAAAAAAAAAAAAAAAAAAAAAAAAA#
#AAAAAAAAAAAAAAAAAAAAAAAAAAAA#
##############################
"""
SSD = """
##################
#RRRRRR     AAAAA#
#DDDDDD      AAAA#
#RRRRRR     AAAAA#
#RRRRR  P    AAAA#
#RRRRR    P AAAAA#
#DDDDD       AAAA#
#RRRRR      AAAAA#
#DDDDDD~~~~~~AAAA#
#DDDDDD~~~~~~AAAA#
#RRRRR   P P AAAA#
#DDDDD   P  AAAAA#
#RRRRRR    P AAAA#
#DDDDDD P   AAAAA#
#RRRRR       AAAA#
#DDDD    P  AAAAA#
#RRRRR       AAAA#
#DDDDD  P P AAAAA#
#RRRRR       AAAA#
#DDDD       AAAAA#
#RRRRR       AAAA#
#DDDDD      AAAAA#
#RRRRR       AAAA#
#DDDD       AAAAA#
##################
"""
SMALL = """
###########
#DRDDRDDRD#
#RDDRDRDDR#
#P       P#
#   P P   #
#P  P P  P#
#AAAAAAAAA#
#AAAAAAAAA#
###########
"""
MAPS = {"clean_up": CLEAN_UP, "ssd": SSD, "small": SMALL}
