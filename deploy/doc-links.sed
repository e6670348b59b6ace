# SPDX-License-Identifier: Apache-2.0
# The documents as they are installed: all in one folder, without those for who works on the program. A link to what is not
# there becomes its text.
s|\]\(docs/|](|g
s|\]\(\.\./([A-Z]+\.md)|](\1|g
s%\[([^]]*)\]\((\.\./)?(tests/|deploy/|HACKING\.md)[^)]*\)%\1%g
