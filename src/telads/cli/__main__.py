"""The command line as a file: `python -m telads.cli`, and the program for `spark-submit`.

spark-submit --master yarn "$(python -c 'import telads.cli.__main__ as m; print(m.__file__)')" \
  aggregate hdfs:///logs/events --engine spark
"""

from telads.cli import main

if __name__ == "__main__":
    main()
