def reset(room, seat): pass
