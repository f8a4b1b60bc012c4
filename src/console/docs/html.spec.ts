import { joined, markup, prose } from './html.js';

describe('HTML with values in it', () => {
  it('escapes texts, for the text and for attributes in quotes', () => {
    const text = `<script>alert("1" & '2')</script>`;
    expect(markup`<p title="${text}">${text}</p>`.text).toBe(
      '<p title="&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;">' +
        '&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;</p>',
    );
  });

  it('leaves HTML as it is, also in lists', () => {
    const items = ['a', '<b>'].map((item) => markup`<li>${item}</li>`);
    expect(markup`<ul>${items}</ul>`.text).toBe('<ul><li>a</li><li>&lt;b&gt;</li></ul>');
    expect(joined(items, ' & ').text).toBe('<li>a</li> &amp; <li>&lt;b&gt;</li>');
  });

  it('makes code of what stands in backticks, and escapes all of it', () => {
    expect(prose('give `<x>` & more').text).toBe('give <code>&lt;x&gt;</code> &amp; more');
  });
});
