import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/parts.css';
import './styles/screens.css';
import { render } from 'preact';
import { App } from './app.js';
import { openSession } from './state/session.js';
import { showTheme } from './state/theme.js';

showTheme();
void openSession();
const place = document.getElementById('app');
if (place !== null) render(<App />, place);
