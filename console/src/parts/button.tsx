import type { ComponentChildren, JSX } from 'preact';
import { Icon, type IconName } from './icon.js';

interface ButtonProperties {
  readonly onClick?: (event: MouseEvent) => void;
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly icon?: IconName;
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean;
  readonly type?: 'button' | 'submit';
  readonly title?: string;
  readonly children: ComponentChildren;
}

export function Button(properties: ButtonProperties): JSX.Element {
  const { onClick, kind = 'plain', icon, isDisabled = false, isPressed, type = 'button', title, children } = properties;
  return (
    <button
      type={type}
      class={`button ${kind}`}
      disabled={isDisabled}
      onClick={onClick}
      title={title}
      {...(isPressed !== undefined && { 'aria-pressed': isPressed })}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

interface IconButtonProperties {
  readonly icon: IconName;
  /** What it does, in words. */
  readonly label: string;
  readonly onClick: (event: MouseEvent) => void;
  readonly isDisabled?: boolean;
  readonly isPressed?: boolean;
}

export function IconButton({ icon, label, onClick, isDisabled = false, isPressed }: IconButtonProperties): JSX.Element {
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      disabled={isDisabled}
      onClick={onClick}
      {...(isPressed !== undefined && { 'aria-pressed': isPressed })}
    >
      <Icon name={icon} />
    </button>
  );
}
