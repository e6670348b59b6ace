/* SPDX-License-Identifier: Apache-2.0 */
/* Style and script of the page: see http_asset.h. */
#include "daemon/http_asset.h"

/* clang-format off */
const char http_css[] =
	":root{color-scheme:light dark;--b:#fbfbfc;--f:#1c2430;--d:#5d6878;--l:#d9dee6;--c:#fff;--g:#1d7f47;--r:#b3261e;--o:#9a5b00;--a:#2563c9}"
	"@media(prefers-color-scheme:dark){:root{--b:#10141a;--f:#e4e9f0;--d:#93a0b2;--l:#2b3441;--c:#171d26;--g:#4cc38a;--r:#ff7b72;--o:#e3a23c;--a:#6ca4ff}}"
	"*{box-sizing:border-box}"
	"body{margin:0 auto;max-width:64rem;padding:1rem;background:var(--b);color:var(--f);font:15px/1.45 system-ui,'DejaVu Sans',Arial,sans-serif}"
	"h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1rem;margin:0 0 .5rem}"
	"p{margin:.2rem 0}a{color:var(--a)}"
	"section{background:var(--c);border:1px solid var(--l);border-radius:8px;padding:.8rem 1rem;margin:.8rem 0;overflow-x:auto}"
	"table{border-collapse:collapse;width:100%}"
	"th,td{text-align:left;padding:.25rem .9rem .25rem 0;border-bottom:1px solid var(--l);white-space:nowrap}"
	"tr:last-child td{border-bottom:0}"
	"th{color:var(--d);font-weight:600;font-size:.85rem}"
	".r{text-align:right;font-variant-numeric:tabular-nums}"
	".g{color:var(--g)}.b{color:var(--r)}.o{color:var(--o)}.d{color:var(--d)}"
	".big{font-size:1.15rem;font-weight:600}"
	".two{display:grid;grid-template-columns:1fr 1fr;gap:0 .8rem}"
	"svg{display:block;width:100%}.sp{height:52px}.sp polyline{fill:none;stroke:var(--a);stroke-width:2;vector-effect:non-scaling-stroke}"
	".tl{min-width:36rem}.tl text{font-size:13px;fill:var(--f)}.tl .n{text-anchor:end;fill:var(--d)}"
	".p1{fill:#c7a008}.p2{fill:#3b7dd8}.p3{fill:#2e9e5b}.p4{fill:#e8731a}.p5{fill:#8a63d2}"
	"#stale{display:none;background:var(--r);color:var(--c);padding:.4rem .8rem;border-radius:6px}"
	"@media(max-width:44rem){body{padding:.6rem;font-size:14px}.two{grid-template-columns:1fr}.w{display:none}th,td{padding-right:.6rem}}";

const char http_js[] =
	"'use strict';(function(){"
	"var $=function(i){return document.getElementById(i)},live=$('live'),part=$('part'),calls=[],asks=[],last=null,fails=0;"
	"function draw(id,v){var m=Math.max.apply(null,v.concat([1])),p=v.map(function(y,i){"
	"return(300-(v.length-1-i)*2.5).toFixed(1)+','+(48-y/m*44).toFixed(1)});"
	"$(id).setAttribute('points',p.join(' '));$(id+'v').textContent=Math.round(v[v.length-1]*10)/10}"
	"function keep(v,y){v.push(y);if(v.length>120)v.shift()}"
	"function asked(s){return s.links.reduce(function(n,l){return n+l.requests},0)}"
	"function status(s){keep(calls,s.nodes[0].calls);"
	"if(last&&s.t_us>last.t_us)keep(asks,Math.max(0,(asked(s)-asked(last))*1e6/(s.t_us-last.t_us)));"
	"if(!last||s.t_us>last.t_us)last=s;draw('calls',calls);if(asks.length)draw('asks',asks)}"
	"function get(u){return fetch(u,{cache:'no-store'}).then(function(r){if(!r.ok)throw r.status;return r})}"
	"function show(h){part.innerHTML=h;part.insertBefore(live,part.children[1]||null)}"
	"function turn(){if(document.hidden)return;"
	"Promise.all([get('/part').then(function(r){return r.text()}),get('/v1/status').then(function(r){return r.json()})])"
	".then(function(a){fails=0;$('stale').style.display='none';show(a[0]);status(a[1])})"
	".catch(function(){if(++fails>2)$('stale').style.display='block'})}"
	"live.hidden=false;show(part.innerHTML);turn();setInterval(turn,1000)})();";
/* clang-format on */
