"""Maps of matrix games on a grid.

`#` is wall, space floor, `P` floor on which agents begin and come back, `0`, `1` and `2` are
resources of that strategy, and `?` is one of a random strategy.

Sources: Melting Pot 2.4.1 (repeated and arena); JaxMARL's STORM, with its coins in the same cells,
on 8 x 8 cells.
"""

MAPS = {
    "repeated_2": """
#######################
#P         P         P#
#   ### #  #  # ##    #
#    # 00? # ?11 #    #
#P  ## 00? # ?11 ##  P#
#      00?   ?11      #
#                     #
#P ##  ##  P ##  ### P#
#                     #
#      11? # ?00      #
#P   # 11? # ?00 #   P#
#    # 11? # ?00 ##   #
#  #### #  #  # ###   #
#P         P         P#
#######################
""",
    "repeated_stag_hunt": """
#######################
#P         P         P#
#  1### #  #  # ##1   #
#    # 00? # 111 #    #
#P  ## 00? # ?11 ##  P#
#      0?? 1 ?11      #
#  1               1  #
#P ##  ##1 P ##  ### P#
#   1            1    #
#      11? 1 ??0      #
#P   # 11? # ?00 #   P#
#   1# 111 # ?00 ##   #
#  #### #  #  # ###1  #
#P         P         P#
#######################
""",
    "repeated_3": """
#######################
#P         P         P#
#   ### #     # ##    #
#    # 00?   ?11 #    #
#P  ## 00?   ?11 ##  P#
#      00?   ?11      #
#                     #
#P ##      P         P#
#             ####    #
#      22? #          #
#P   # 22? # ??? #   P#
#    # 22? # ??? ##   #
#  #### #  #  # ###   #
#P         P         P#
#######################
""",
    "arena_2": """
#########################
#PPPP      # #      PPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#                       #
#        00             #
#        00             #
#        ??             #
#    ##     #  111      #
##    0?    #  111      #
###   0?  #########     #
#     0?    000       ###
#           000         #
#       ?? #            #
#       11 #   ##       #
#       11     #???     #
#               111     #
#                       #
#PPPP               PPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#PPPP         #     PPPP#
#########################
""",
    "arena_stag_hunt": """
#########################
#PPPPPPP   # #   PPPPPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#PPPP       1111    PPPP#
#P                     P#
#P     111111   111    P#
#P 1     00    00      P#
#  1     00  ?     111  #
#    ##     #0 00?      #
##    10 00 #  00?  1   #
###   10  ######### 1   #
#   1 ??    000  0?   ###
#   1       000  0?     #
#       ?? #        11  #
#  11   1? #?? ##       #
#P      11     #111    P#
#P              111    P#
#P         111         P#
#PPPP               PPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#PPPPPPP      #  PPPPPPP#
#########################
""",
    "arena_3": """
#########################
#PPPP      # #      PPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#             ??        #
#        00   ??        #
#        00             #
#        00             #
#    ##     #  111      #
##    22    #  111      #
###   22  #########     #
#     22    000       ###
#           000         #
#       11 #            #
#       11 #   ##       #
#       11     #222     #
#               222     #
#          ??           #
#PPPP      ??       PPPP#
#PPPP               PPPP#
#PPPP               PPPP#
#PPPP         #     PPPP#
#########################
""",
    "storm": """
##########
#PP    PP#
#P01  11P#
#P0    0P#
#        #
#        #
#P1    1P#
#P00  01P#
#PP    PP#
##########
""",
}
"""Maps by name; the number is that of the strategies."""
