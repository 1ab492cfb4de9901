"""The epochs of the real logs whose position a peer gives and the tag refuses, and why.

Seconds of the day. `make bench-gnss` prints them; a test holds the list to the logs.
"""

DIFFERENCES = {
    ("haicom-305N.log", 35_584): "quality 1 with 0 satellites used: no fix without a satellite",
    ("neo-m8n.log", 62_365): "the log begins in the middle of an epoch: no date is known yet",
    ("pygpsdata-mixed.log", 38_473): "no sentence of this log has a date",
    ("pygpsdata-mixed.log", 38_474): "no sentence of this log has a date",
    ("pygpsdata-nmea4.log", 38_167): "its RMC is 100 degrees of longitude from its GGA and GNS",
    ("pygpsdata-nmeafoo2.log", 44_174): "the only RMC, which has the date, has a speed of X.138",
}
