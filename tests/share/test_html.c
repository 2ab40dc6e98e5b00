/* test_html.c - no text becomes markup. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "share/html.h"

#include "tests/support/test.h"

#include <stdlib.h>

int main(void)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	html_text(to, "<b onclick=\"x('&')\">\001\n\xc3\xa4");
	fclose(to);
	CHECK_TEXT(text, "&lt;b onclick=&quot;x(&#39;&amp;&#39;)&quot;&gt;&#65533;\n"
			 "\xc3\xa4");
	free(text);
	return test_result();
}
