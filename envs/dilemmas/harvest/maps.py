"""Maps of the commons.

`#` is wall, space floor, `A` an apple, `P` a cell on which agents begin and come back, `Q` one on
which the first agents begin, and `T` a tile that looks like floor and costs putative cooperators.

Source of `open`, `closed` and `partnership`: Melting Pot's `commons_harvest__*` configurations.
"""

SMALL = """
###############
#PPPPPPPPPPPPP#
#  A       A  #
# AAA     AAA #
#AAAAA   AAAAA#
# AAA     AAA #
#  A       A  #
#PPPPPPPPPPPPP#
###############
"""
OPEN = """
########################
#AAA    A      A    AAA#
#AA    AAA    AAA    AA#
#A    AAAAA  AAAAA    A#
#      AAA    AAA      #
#       A      A       #
#  A                A  #
# AAA  Q        Q  AAA #
#AAAAA            AAAAA#
# AAA              AAA #
#  A                A  #
#                      #
#                      #
#                      #
#  PPPPPPPPPPPPPPPPPP  #
# PPPPPPPPPPPPPPPPPPPP #
#PPPPPPPPPPPPPPPPPPPPPP#
########################
"""
CLOSED = """
########################
#AAA    A  ##  A    AAA#
#AA    AAA ## AAA    AA#
#A    AAAAA##AAAAA    A#
#      AAA ## AAA      #
#       A  ##  A       #
#  A       ##       A  #
# AAA  Q   ##   Q  AAA #
#AAAAA     ##     AAAAA#
# AAA  ##########  AAA #
#  A       ##       A  #
########## ## ##########
#          ##          #
#  ##################  #
#  PPPPPPPPPPPPPPPPPP  #
# PPPPPPPPPPPPPPPPPPPP #
#PPPPPPPPPPPPPPPPPPPPPP#
########################
"""
PARTNERSHIP = """
########################
#AAA    A  TT  A    AAA#
#AA    AAA TT AAA    AA#
#A    AAAAATTAAAAA    A#
#      AAA TT AAA      #
#       A  TT  A       #
#  A       TT       A  #
# AAA  Q   ##   Q  AAA #
#AAAAA     TT     AAAAA#
# AAA  ##########  AAA #
#  A       ##       A  #
########## ## ##########
#          ##          #
#  ##################  #
#  PPPPPPPPPPPPPPPPPP  #
# PPPPPPPPPPPPPPPPPPPP #
#PPPPPPPPPPPPPPPPPPPPPP#
########################
"""
MAPS = {"open": OPEN, "closed": CLOSED, "partnership": PARTNERSHIP, "small": SMALL}
ROOMS = ("closed", "partnership")
"""Maps whose patches lie in rooms that can be defended; Melting Pot has other values for them."""
