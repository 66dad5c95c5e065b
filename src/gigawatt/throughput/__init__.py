"""What a chip delivers on a model: measured cells, a table of utilisation, a serving roofline, a known chip scaled.

`predictor.Predictor` asks them in that order and says which of them answered. What is fitted stands in `fitted.json`
and is made from the tables beside it by `make fit`; nothing is typed in.
"""
